#include "server/tools/adapters/mcp/untrusted.h"

#include "server/protocol/rpcerror.h"

namespace provost::tools::mcp {

namespace {

constexpr qsizetype bytesReadMax = 1 << 16;
constexpr qsizetype bytesShownMax = 4096;
constexpr qsizetype charactersMax = 300;

bool isHarmful(QChar character)
{
    switch (character.category()) {
    case QChar::Other_Control:
    case QChar::Other_Format: // zero-width and direction marks
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph: return true;
    default: return false;
    }
}

} // namespace

QString untrustedLine(QByteArrayView utf8, const std::vector<QByteArray> &secrets)
{
    // Secrets before the cut that shows: it may leave half of one behind, which no longer matches.
    QByteArray text = utf8.first(std::min(utf8.size(), bytesReadMax)).toByteArray();
    for (const QByteArray &secret : secrets)
        text.replace(secret, "***");
    text.truncate(bytesShownMax);

    QString line = QString::fromUtf8(text);
    for (QChar &character : line) {
        if (isHarmful(character))
            character = u' ';
    }
    line = line.simplified();
    if (line.size() > charactersMax) {
        line.truncate(charactersMax - 1);
        line += QChar(0x2026);
    }
    return line;
}

Error errorOf(const Json &rpcError, const std::vector<QByteArray> &secrets)
{
    const auto code = rpcError["code"].toInteger().value_or(0);
    const QString words = untrustedLine(rpcError["message"].toByteArray(), secrets);
    const QString message =
        QStringLiteral("the server answered with error %1: %2").arg(QString::number(code), words);
    switch (code) {
    case protocol::code::InvalidParams: return {ErrorCode::InvalidInput, message};
    case protocol::code::MethodNotFound:
    case protocol::code::LegacyResourceNotFound: return {ErrorCode::NotFound, message};
    default: return {ErrorCode::Upstream, message};
    }
}

} // namespace provost::tools::mcp
