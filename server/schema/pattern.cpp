#include "server/schema/pattern.h"

#include "server/schema/ecmapattern.h"

#include <re2/re2.h>

namespace provost::schema {

namespace {

constexpr qsizetype sourceBytesMax = 8192;
constexpr std::int64_t programBytesMax = 4 << 20; // RE2's automaton and its cache

re2::StringPiece pieceOf(QByteArrayView text)
{
    return {text.data(), static_cast<std::size_t>(text.size())};
}

QString named(const QByteArray &source)
{
    return u"pattern `" % QString::fromUtf8(source.left(200)) % u"`: ";
}

} // namespace

Pattern::Pattern(QByteArray source, std::unique_ptr<re2::RE2> program)
    : m_source(std::move(source))
    , m_program(std::move(program))
    , m_size(m_program->ProgramSize())
{
}

Pattern::~Pattern() = default;

Result<std::shared_ptr<const Pattern>> Pattern::compile(const QByteArray &ecma)
{
    if (ecma.size() > sourceBytesMax)
        return fail(ErrorCode::TooLarge,
                    named(ecma) % QStringLiteral("longer than %1 bytes").arg(sourceBytesMax));
    const auto translated = toRe2(ecma);
    if (!translated)
        return fail(translated.error().code, named(ecma) % translated.error().message);
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(programBytesMax);
    auto program = std::make_unique<re2::RE2>(pieceOf(*translated), options);
    if (!program->ok())
        return fail(ErrorCode::InvalidInput,
                    named(ecma) % QString::fromStdString(program->error()));
    return std::shared_ptr<const Pattern>(new Pattern(ecma, std::move(program)));
}

bool Pattern::matches(QByteArrayView text) const
{
    return re2::RE2::PartialMatch(pieceOf(text), *m_program);
}

} // namespace provost::schema
