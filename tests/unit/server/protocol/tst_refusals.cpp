// Case files of tests/data/protocol/refusals: why a call was refused, and what its client is told.
#include "server/protocol/meta.h"
#include "server/protocol/refusals.h"
#include "tests/support/testing.h"
#include "tests/unit/server/protocol/casefiles.h"

using namespace provost;

class TstRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cases_data() { testing::addCases(QStringLiteral("refusals")); }
    void cases();
    void everyCodeIsTold();
    void errorCodesAreOutsideTheReservedRange();
};

PROVOST_TEST(TstRefusals)

namespace {

constexpr int errorCodes = int(ErrorCode::Internal) + 1;

std::optional<ErrorCode> codeNamed(const QByteArray &name)
{
    for (int i = 0; i < errorCodes; ++i) {
        if (name == nameOf(ErrorCode(i)))
            return ErrorCode(i);
    }
    return std::nullopt;
}

Json describe(const protocol::RefusalAnswer &answer)
{
    if (const auto *error = std::get_if<protocol::RpcError>(&answer))
        return Json::object({{"error", Json::object({{"httpStatus", error->httpStatus},
                                                     {"code", error->code},
                                                     {"message", error->message},
                                                     {"data", error->data}})}});
    const Json &result = std::get<Json>(answer);
    return Json::object(
        {{"result", Json::object({{"isError", result["isError"]},
                                  {"text", result["content"].items().at(0)["text"]},
                                  {"refusal", result["_meta"][protocol::metakey::Refusal]}})}});
}

} // namespace

void TstRefusals::cases()
{
    const Json item = testing::fetchCase();
    const Json &given = item["given"];
    const auto era =
        given["era"].toByteArray() == "modern" ? protocol::Era::Modern : protocol::Era::Legacy;
    const auto method = protocol::findMethod(given["method"].toByteArray(), era);
    QVERIFY(method);
    const auto code = codeNamed(given["code"].toByteArray());
    QVERIFY(code);
    const protocol::Refused refused{*code,
                                    given["reason"].toByteArray(),
                                    given["policy"].toByteArray(),
                                    given["retryAfterSeconds"].toInteger(),
                                    given["malformed"].toBool(),
                                    given["requiredCapabilities"]};
    const QByteArray name = given["name"].toByteArray();
    QCOMPARE(describe(protocol::answerRefusal(*method, era, name, refused)).toBytes(),
             item["want"].toBytes());
}

void TstRefusals::everyCodeIsTold()
{
    for (int i = 0; i < errorCodes; ++i) {
        const auto answer =
            protocol::answerRefusal(protocol::Method::CallTool, protocol::Era::Modern, "t",
                                    {ErrorCode(i), "Because.", {}, {}});
        if (const auto *error = std::get_if<protocol::RpcError>(&answer)) {
            QVERIFY(!error->message.isEmpty());
        } else {
            QCOMPARE(std::get<Json>(answer)["resultType"], Json("complete"));
            QVERIFY(std::get<Json>(answer)["isError"].toBool());
        }
    }
}

void TstRefusals::errorCodesAreOutsideTheReservedRange()
{
    for (int i = 0; i < errorCodes; ++i) {
        const auto answer =
            protocol::answerRefusal(protocol::Method::ReadResource, protocol::Era::Modern, "u",
                                    {ErrorCode(i), "Because.", {}, {}});
        const int code = std::get<protocol::RpcError>(answer).code;
        const bool own = code < -32768 || code > -32000;
        QVERIFY2(own || code == protocol::code::InvalidParams
                     || code == protocol::code::InternalError,
                 QByteArray::number(code).constData());
    }
}

#include "tst_refusals.moc"
