#include "server/protocol/jsonrpc.h"

#include "server/base/jsonwriter.h"

namespace provost::protocol {

namespace {

bool isId(const Json &value)
{
    return value.isString() || value.toInteger().has_value();
}

tl::unexpected<RpcError> invalid(const QByteArray &why)
{
    return reject(400, code::InvalidRequest, "Invalid request: " + why);
}

Checked<Message> decodeResponse(Json &message)
{
    const Json *id = message.find("id");
    const Json *result = message.find("result");
    const Json *error = message.find("error");
    if (id == nullptr || !isId(*id))
        return invalid("a response needs an id, a string or an integer");
    if ((result == nullptr) == (error == nullptr))
        return invalid("a response has either a result or an error");
    if ((result != nullptr && !result->isObject()) || (error != nullptr && !error->isObject()))
        return invalid("the result or error of a response is an object");
    Message response{MessageKind::Response, *id, {}, Json::object()};
    response.result = result != nullptr ? *result : Json();
    response.error = error != nullptr ? *error : Json();
    return response;
}

constexpr qsizetype bytesExpected = 512;

// A message with this id, none if it is null; `writeRest` writes its other members.
template <class WriteRest>
QByteArray encode(const Json &id, const WriteRest &writeRest)
{
    QByteArray out;
    {
        JsonWriter writer(out, bytesExpected);
        writer.raw(R"({"jsonrpc":"2.0")");
        if (!id.isNull()) {
            writer.raw(R"(,"id":)");
            id.writeTo(writer);
        }
        writeRest(writer);
        writer.raw('}');
    }
    return out;
}

QByteArray encodeCall(const Json &id, QByteArrayView method, const Json &params)
{
    return encode(id, [&](JsonWriter &out) {
        out.raw(R"(,"method":)");
        out.string(method);
        if (!params.isNull()) {
            out.raw(R"(,"params":)");
            params.writeTo(out);
        }
    });
}

} // namespace

Checked<Json> parseBody(QByteArrayView body)
{
    auto parsed = Json::parse(body);
    if (parsed)
        return std::move(*parsed);
    const QByteArray why = parsed.error().message.toUtf8();
    if (parsed.error().code == ErrorCode::TooLarge)
        return invalid(why);
    return reject(400, code::ParseError, "Parse error: " + why);
}

Checked<Message> decodeMessage(Json message)
{
    if (!message.isObject())
        return invalid("a message is an object");
    if (message["jsonrpc"].toByteArray() != "2.0")
        return invalid(R"("jsonrpc" must be "2.0")");
    const Json *method = message.find("method");
    if (method == nullptr)
        return decodeResponse(message);
    if (!method->isString() || method->toByteArray().isEmpty())
        return invalid("the method is a string");

    Message decoded;
    decoded.method = method->toByteArray();
    const Json *id = message.find("id");
    if (id != nullptr && !isId(*id))
        return invalid("the id is a string or an integer");
    decoded.kind = id != nullptr ? MessageKind::Request : MessageKind::Notification;
    if (id != nullptr)
        decoded.id = *id;
    if (Json *params = message.find("params"); params != nullptr) {
        if (!params->isObject())
            return invalid("params are an object");
        decoded.params = std::move(*params);
    }
    return decoded;
}

Json readableId(const Json &message)
{
    const Json &id = message["id"];
    return isId(id) ? id : Json();
}

QByteArray encodeResult(const Json &id, const Json &result)
{
    return encode(id, [&](JsonWriter &out) {
        out.raw(R"(,"result":)");
        result.writeTo(out);
    });
}

QByteArray encodeError(const Json &id, const RpcError &error)
{
    return encode(id, [&](JsonWriter &out) {
        out.raw(R"(,"error":{"code":)");
        out.decimal(error.code);
        out.raw(R"(,"message":)");
        out.string(error.message);
        if (!error.data.isNull()) {
            out.raw(R"(,"data":)");
            error.data.writeTo(out);
        }
        out.raw('}');
    });
}

QByteArray encodeRequest(QByteArrayView id, QByteArrayView method, const Json &params)
{
    return encodeCall(id, method, params);
}

QByteArray encodeNotification(QByteArrayView method, const Json &params)
{
    return encodeCall({}, method, params);
}

} // namespace provost::protocol
