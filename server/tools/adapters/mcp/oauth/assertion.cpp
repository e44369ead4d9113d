#include "server/tools/adapters/mcp/oauth/assertion.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace provost::tools::mcp::oauth {

namespace {

constexpr int rsaBitsMin = 2048;
constexpr int curveBits = 256;
constexpr int coordinateBytes = 32; // of a signature with P-256
constexpr auto encoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

struct Free
{
    void operator()(BIO *bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
    void operator()(ECDSA_SIG *signature) const { ECDSA_SIG_free(signature); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

// An encrypted key is refused, where OpenSSL would ask at the terminal.
int noPassphrase(char *, int, int, void *)
{
    return -1;
}

Key readKey(const QByteArray &pem)
{
    const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.constData(), int(pem.size())));
    return Key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassphrase, nullptr) : nullptr);
}

std::optional<QByteArray> algorithmOf(EVP_PKEY *key)
{
    if (key == nullptr)
        return std::nullopt;
    if (EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= rsaBitsMin)
        return "RS256";
    char curve[64] = {};
    if (EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_bits(key) == curveBits
        && EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) == 1
        && QByteArrayView(curve) == QByteArrayView("prime256v1"))
        return "ES256";
    return std::nullopt;
}

QByteArray sign(EVP_PKEY *key, const QByteArray &text)
{
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.constData());
    std::size_t size = 0;
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1
        || EVP_DigestSign(context.get(), nullptr, &size, bytes, std::size_t(text.size())) != 1)
        return {};
    QByteArray signature(qsizetype(size), Qt::Uninitialized);
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &size,
                       bytes, std::size_t(text.size()))
        != 1)
        return {};
    signature.truncate(qsizetype(size));
    return signature;
}

// JSON web signatures have the two numbers side by side, OpenSSL gives them as DER.
QByteArray sideBySide(const QByteArray &der)
{
    const auto *bytes = reinterpret_cast<const unsigned char *>(der.constData());
    const std::unique_ptr<ECDSA_SIG, Free> signature(
        d2i_ECDSA_SIG(nullptr, &bytes, long(der.size())));
    QByteArray both(qsizetype(2) * coordinateBytes, '\0');
    auto *to = reinterpret_cast<unsigned char *>(both.data());
    if (!signature
        || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, coordinateBytes) != coordinateBytes
        || BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + coordinateBytes, coordinateBytes)
               != coordinateBytes)
        return {};
    return both;
}

} // namespace

std::optional<QByteArray> algorithmOf(const QByteArray &privateKeyPem)
{
    return algorithmOf(readKey(privateKeyPem).get());
}

Result<QByteArray> signedToken(const Json &claims, const QByteArray &privateKeyPem)
{
    const Key key = readKey(privateKeyPem);
    const auto algorithm = algorithmOf(key.get());
    if (!algorithm)
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the client's private key is not valid"));
    const Json header = Json::object({{"alg", *algorithm}, {"typ", "JWT"}});
    const QByteArray text =
        header.toBytes().toBase64(encoding) + '.' + claims.toBytes().toBase64(encoding);
    QByteArray signature = sign(key.get(), text);
    if (*algorithm == "ES256")
        signature = sideBySide(signature);
    if (signature.isEmpty())
        return fail(ErrorCode::Internal, QStringLiteral("OpenSSL does not sign"));
    return text + '.' + signature.toBase64(encoding);
}

} // namespace provost::tools::mcp::oauth
