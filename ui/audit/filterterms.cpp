#include "ui/audit/filterterms.h"

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

// Splits at the spaces that stand in no quotes and no parentheses.
QStringList wordsOf(const QString &filter)
{
    QStringList words;
    QString word;
    bool quoted = false;
    int depth = 0;
    for (qsizetype i = 0; i < filter.size(); ++i) {
        const QChar c = filter[i];
        if (quoted && c == u'\\' && i + 1 < filter.size()) {
            word += c;
            word += filter[++i];
            continue;
        }
        if (c == u'"')
            quoted = !quoted;
        else if (!quoted && c == u'(')
            ++depth;
        else if (!quoted && c == u')')
            --depth;
        if (c.isSpace() && !quoted && depth <= 0) {
            if (!word.isEmpty())
                words << word;
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.isEmpty())
        words << word;
    return words;
}

} // namespace

QString termOf(const QByteArray &field, const QByteArray &value)
{
    QString text = QString::fromUtf8(value);
    const bool plain = !text.isEmpty() && std::none_of(text.begin(), text.end(), [](QChar c) {
        return c <= u' ' || uR"("\()*?:<>=!)"_s.contains(c);
    });
    if (!plain)
        text = u'"' + text.replace(u'\\', uR"(\\)"_s).replace(u'"', uR"(\")"_s) + u'"';
    return QString::fromUtf8(field) + u':' + text;
}

QString withTerm(const QString &filter, const QString &term)
{
    const QStringList words = wordsOf(filter);
    if (words.isEmpty())
        return term;
    if (words.contains(term))
        return filter;
    const QString before = filter.trimmed();
    return (words.contains(u"OR"_s) ? u'(' + before + u')' : before) + u' ' + term;
}

QStringList termsOf(const QString &filter)
{
    QStringList terms;
    bool negated = false;
    for (const QString &word : wordsOf(filter)) {
        if (word == u"OR")
            return {};
        if (word == u"AND")
            continue;
        if (word == u"NOT") {
            negated = !negated;
            continue;
        }
        terms << (negated ? u"NOT "_s + word : word);
        negated = false;
    }
    return terms;
}

} // namespace provost::ui
