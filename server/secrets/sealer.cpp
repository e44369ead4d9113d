#include "server/secrets/sealer.h"

#include "server/base/assert.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace provost::secrets {

namespace {

constexpr int nonceBytes = 12;
constexpr int tagBytes = 16;
constexpr auto encoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

struct Free
{
    void operator()(EVP_CIPHER_CTX *context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char *bytesOf(const QByteArray &text)
{
    return reinterpret_cast<const unsigned char *>(text.constData());
}

unsigned char *bytesOf(QByteArray &text, qsizetype from = 0)
{
    return reinterpret_cast<unsigned char *>(text.data()) + from;
}

Cipher cipher(const QByteArray &key, const QByteArray &nonce, const QByteArray &context,
              bool encrypt)
{
    Cipher made(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool ready =
        made
        && EVP_CipherInit_ex(made.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key), bytesOf(nonce),
                             encrypt ? 1 : 0)
               == 1
        && EVP_CipherUpdate(made.get(), nullptr, &written, bytesOf(context), int(context.size()))
               == 1;
    return ready ? std::move(made) : nullptr;
}

tl::unexpected<Error> doesNotOpen()
{
    return fail(ErrorCode::InvalidInput, QStringLiteral("the sealed text is not valid here"));
}

} // namespace

Sealer::Sealer(QByteArray key, Random &random)
    : m_key(std::move(key))
    , m_random(random)
{
    PROVOST_ASSERT(m_key.size() == keyBytes, qFatal("a sealer's key has 32 bytes"));
}

QByteArray Sealer::seal(const QByteArray &plain, const QByteArray &context) const
{
    QByteArray nonce(nonceBytes, Qt::Uninitialized);
    m_random.fill(std::as_writable_bytes(std::span(nonce.data(), std::size_t(nonce.size()))));
    QByteArray text(plain.size() + tagBytes, Qt::Uninitialized);
    int written = 0;
    int rest = 0;
    const Cipher gcm = cipher(m_key, nonce, context, true);
    const bool sealed =
        gcm
        && EVP_CipherUpdate(gcm.get(), bytesOf(text), &written, bytesOf(plain), int(plain.size()))
               == 1
        && EVP_CipherFinal_ex(gcm.get(), bytesOf(text, written), &rest) == 1
        && EVP_CIPHER_CTX_ctrl(gcm.get(), EVP_CTRL_GCM_GET_TAG, tagBytes,
                               bytesOf(text, plain.size()))
               == 1;
    if (!sealed)
        qFatal("OpenSSL does not encrypt"); // out of memory; going on would hand out the plain text
    nonce.append(text);
    return nonce.toBase64(encoding);
}

Result<QByteArray> Sealer::open(const QByteArray &sealed, const QByteArray &context) const
{
    const QByteArray decoded = QByteArray::fromBase64(sealed, encoding);
    // Base64 has several spellings of one text; only ours counts.
    if (decoded.size() < nonceBytes + tagBytes || decoded.toBase64(encoding) != sealed)
        return doesNotOpen();
    const QByteArray nonce = decoded.first(nonceBytes);
    const QByteArray text = decoded.sliced(nonceBytes).chopped(tagBytes);
    QByteArray tag = decoded.last(tagBytes);
    QByteArray plain(text.size() + 1, Qt::Uninitialized); // never empty: OpenSSL takes null badly
    int written = 0;
    int rest = 0;
    const Cipher gcm = cipher(m_key, nonce, context, false);
    const bool opened =
        gcm
        && EVP_CipherUpdate(gcm.get(), bytesOf(plain), &written, bytesOf(text), int(text.size()))
               == 1
        && EVP_CIPHER_CTX_ctrl(gcm.get(), EVP_CTRL_GCM_SET_TAG, tagBytes, bytesOf(tag)) == 1
        && EVP_CipherFinal_ex(gcm.get(), bytesOf(plain, written), &rest) == 1;
    if (!opened)
        return doesNotOpen();
    plain.truncate(text.size());
    return plain;
}

} // namespace provost::secrets
