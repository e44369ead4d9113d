#include "server/schema/validator.h"

#include "server/schema/compiler.h"
#include "server/schema/evaluation.h"

namespace provost::schema {

Validator::Validator(std::unique_ptr<const Program> program)
    : m_program(std::move(program))
{
}

Validator::~Validator() = default;

Result<std::shared_ptr<const Validator>> Validator::compile(const Json &schema,
                                                            const CompileOptions &options)
{
    TRY_LET(auto program, Compiler(schema, options).run());
    return std::shared_ptr<const Validator>(new Validator(std::move(program)));
}

Result<std::vector<Violation>> Validator::validate(const Json &instance,
                                                   const ValidateOptions &options) const
{
    const auto exhausted = [&] {
        return fail(ErrorCode::TooLarge, u"checking " % QString::fromUtf8(options.whole)
                                             % u" against the schema takes too many steps");
    };
    // Most instances are valid: violations are put into words only in a second run.
    Evaluation verdict(*m_program, options, nullptr);
    const bool isValid = verdict.run(instance);
    if (verdict.isExhausted())
        return exhausted();
    std::vector<Violation> violations;
    if (isValid)
        return violations;
    Evaluation search(*m_program, options, &violations);
    (void)search.run(instance);
    if (violations.empty()) // the search went further than the verdict, and passed a limit
        return exhausted();
    return violations;
}

} // namespace provost::schema
