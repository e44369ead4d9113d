#include "ui/tools/commandview.h"

#include "ui/kit/facts.h"

#include <QCoreApplication>
#include <QVBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Tools", text);
}

// What a person might overlook: spaces at the ends and invisible characters become visible.
QString seen(const QByteArray &word)
{
    QString text;
    for (const QChar c : QString::fromUtf8(word)) {
        if (c.isPrint())
            text += c;
        else
            text += u"\\u%1"_s.arg(int(c.unicode()), 4, 16, QLatin1Char('0'));
    }
    return text.isEmpty() || text != text.trimmed() ? u'"' + text + u'"' : text;
}

} // namespace

std::vector<std::pair<QString, QString>> commandParts(const control::ServerRow &server)
{
    std::vector<std::pair<QString, QString>> parts;
    if (server.command.empty())
        return parts;
    QStringList environment;
    for (const Json::Member &variable : server.environment.members()) {
        const QByteArray value =
            variable.value.isNumber() ? variable.value.numberText() : variable.value.toByteArray();
        environment.append(seen(variable.key) + u'=' + seen(value));
    }
    parts.emplace_back(tr("Environment"), environment.isEmpty() ? tr("PATH, HOME and LANG only")
                                                                : environment.join(u'\n'));
    parts.emplace_back(tr("Directory"), server.workingDirectory.isEmpty()
                                            ? tr("a temporary one")
                                            : seen(server.workingDirectory));
    return parts;
}

CommandView::CommandView(const control::ServerRow &server, QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"command"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    std::vector<Fact> facts;
    for (std::size_t i = 0; i < server.command.size(); ++i)
        facts.push_back({i == 0 ? tr("Program") : tr("Argument %1").arg(i), seen(server.command[i]),
                         TextRole::Mono});
    for (const auto &[name, value] : commandParts(server))
        facts.push_back({name, value, TextRole::Mono});
    auto *const shown = new Facts(u"command.facts"_s, this);
    shown->setFacts(facts);
    column->addWidget(shown);
}

} // namespace provost::ui
