#include "ui/tenants/tenantwords.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <set>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype userIdBytesMax = 256;

QString tr(const char *text)
{
    return QCoreApplication::translate("Tenants", text);
}

// A text that attributesOf() takes for something else than a string.
bool readsAsValue(const QString &text)
{
    return Json::parse(text.toUtf8()).has_value();
}

Json valueOf(const QString &text)
{
    if (readsAsValue(text))
        return *Json::parse(text.toUtf8());
    return Json(text);
}

} // namespace

QString tenantIdProblem(const QString &id, const QStringList &taken)
{
    static const QRegularExpression pattern(u"^[a-z0-9][a-z0-9-]{0,62}\\z"_s);
    if (id.isEmpty())
        return tr("Give the tenant an id");
    if (!pattern.match(id).hasMatch())
        return tr("1 to 63 of a-z, 0-9 and -, not starting with -");
    if (taken.contains(id))
        return tr("There is a tenant with this id");
    return {};
}

QString userIdProblem(const QString &id, const QStringList &taken)
{
    if (id.isEmpty())
        return tr("Name the user, for example ana@acme.example");
    if (id.toUtf8().size() > userIdBytesMax)
        return tr("At most %1 bytes").arg(userIdBytesMax);
    for (const QChar c : id) {
        if (c.isSpace() || !c.isPrint())
            return tr("No spaces or control characters");
    }
    if (taken.contains(id))
        return tr("There is a user with this id");
    return {};
}

AttributeTexts attributeTexts(const Json &attributes)
{
    AttributeTexts texts;
    for (const Json::Member &member : attributes.members()) {
        const QString words = member.value.toText();
        const bool plain =
            member.value.isString() && !readsAsValue(words) && words == words.trimmed();
        texts.emplace_back(QString::fromUtf8(member.key),
                           plain ? words : QString::fromUtf8(member.value.toBytes()));
    }
    return texts;
}

Json attributesOf(const AttributeTexts &texts)
{
    Json attributes = Json::object();
    for (const auto &[name, text] : texts) {
        if (!name.isEmpty())
            attributes.set(name.toUtf8(), valueOf(text));
    }
    return attributes;
}

QString attributesProblem(const AttributeTexts &texts)
{
    std::set<QString> names;
    for (const auto &[name, text] : texts) {
        if (name.isEmpty() && !text.isEmpty())
            return tr("`%1` has no name").arg(text);
        if (!name.isEmpty() && !names.insert(name).second)
            return tr("`%1` is there twice").arg(name);
    }
    return {};
}

TemplateWords templateWords(const QByteArray &name)
{
    if (name == "empty")
        return {tr("Empty"), tr("Nothing is allowed until a policy allows it.")};
    if (name == "read-only-analysts")
        return {tr("Read-only analysts"),
                tr("The role analyst reads, and changes nothing. Name the resources of your tool "
                   "servers afterwards.")};
    if (name == "regional-teams")
        return {tr("Regional teams"),
                tr("Each region's manager sees and changes the rows of that region. Users need the "
                   "attribute region.")};
    if (name == "strict-limits")
        return {tr("Everything, within strict limits"),
                tr("Every member may use every tool, within tight limits: for trying things out.")};
    return {QString::fromUtf8(name), {}};
}

QString dayText(WallTime time)
{
    return QString::fromLatin1(toRfc3339(time).first(10));
}

} // namespace provost::ui
