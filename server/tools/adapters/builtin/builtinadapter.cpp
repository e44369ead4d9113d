#include "server/tools/adapters/builtin/builtinadapter.h"

#include "server/tools/adapters/builtin/conformanceadapter.h"
#include "server/tools/adapters/builtin/echoadapter.h"

namespace provost::tools::builtin {

Result<std::shared_ptr<Adapter>> makeBuiltinAdapter(const Json &config)
{
    static constexpr const char *known[]{
        "id", "kind", "tenants", "prefix", "description", "output_validation", "set"};
    for (const Json::Member &member : config.members()) {
        if (std::find(std::begin(known), std::end(known), member.key) == std::end(known))
            return fail(ErrorCode::InvalidInput,
                        u'`' % QString::fromUtf8(member.key) % u"` is not known here");
    }
    const QByteArray set = config["set"].toByteArray();
    if (set == "echo")
        return std::shared_ptr<Adapter>(std::make_shared<EchoAdapter>());
    if (set == "conformance")
        return std::shared_ptr<Adapter>(std::make_shared<ConformanceAdapter>());
    return fail(ErrorCode::InvalidInput, QStringLiteral("`set` must be echo or conformance"));
}

} // namespace provost::tools::builtin
