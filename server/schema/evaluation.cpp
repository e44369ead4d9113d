// How subschemas are applied, and the bookkeeping: steps, depth, dynamic scope, violations. The keywords are in
// assertions.cpp and applicators.cpp.
#include "server/schema/evaluation.h"

#include "server/schema/wording.h"

namespace provost::schema {

namespace {

constexpr int depthMax = 512;               // subschemas within each other, on the stack
constexpr std::int64_t stepsPerMatch = 128; // instructions of a pattern × bytes of text

} // namespace

Evaluation::Evaluation(const Program &program, const ValidateOptions &options,
                       std::vector<Violation> *violations)
    : m_program(program)
    , m_options(options)
    , m_violations(violations)
    , m_stepsLeft(options.stepsMax)
{
}

bool Evaluation::run(const Json &instance)
{
    return evaluate(0, instance, Location(), nullptr);
}

bool Evaluation::spend(std::int64_t steps)
{
    m_stepsLeft -= steps;
    m_isExhausted = m_isExhausted || m_stepsLeft < 0;
    return !m_isExhausted;
}

bool Evaluation::evaluate(SubschemaId id, const Json &instance, const Location &location,
                          Marks *marks)
{
    const Subschema &schema = m_program.subschemas[static_cast<std::size_t>(id)];
    if (schema.refusesAll)
        return violateAt(location, schema.location, "is not allowed");
    if (m_depth >= depthMax)
        m_isExhausted = true; // also where a reference leads back to itself
    if (!spend(1 + static_cast<std::int64_t>(schema.keywords.size())))
        return false;

    ++m_depth;
    const bool entersResource = m_resources.empty() || m_resources.back() != schema.resource;
    if (entersResource)
        m_resources.push_back(schema.resource);
    bool isValid = true;
    if (schema.asksEvaluated) { // of what stands in this schema, not beside it
        Marks own(std::max(instance.items().size(), instance.members().size()));
        isValid = spend(static_cast<std::int64_t>(own.size() / 64))
                  && applyKeywords({schema, instance, location, &own});
        for (std::size_t i = 0; marks != nullptr && i < own.size(); ++i)
            (*marks)[i] = (*marks)[i] || own[i];
    } else {
        isValid = applyKeywords({schema, instance, location, marks});
    }
    if (entersResource)
        m_resources.pop_back();
    --m_depth;
    return isValid;
}

bool Evaluation::applyKeywords(const Frame &frame)
{
    bool isValid = true;
    for (const Keyword &keyword : frame.schema.keywords) {
        isValid = std::visit([&](const auto &it) { return check(it, frame); }, keyword) && isValid;
        const bool isDone = !isValid && stopsAtFirst();
        if (isDone || m_isExhausted)
            return false;
    }
    return isValid;
}

bool Evaluation::evaluateBranch(SubschemaId id, const Frame &frame)
{
    if (frame.marks == nullptr)
        return evaluate(id, frame.instance, frame.location, nullptr);
    Marks own(frame.marks->size());
    if (!spend(static_cast<std::int64_t>(own.size() / 64))
        || !evaluate(id, frame.instance, frame.location, &own))
        return false;
    for (std::size_t i = 0; i < own.size(); ++i)
        (*frame.marks)[i] = (*frame.marks)[i] || own[i];
    return true;
}

bool Evaluation::evaluateQuietly(SubschemaId id, const Json &instance, const Location &location)
{
    std::vector<Violation> *const violations = std::exchange(m_violations, nullptr);
    const bool isValid = evaluate(id, instance, location, nullptr);
    m_violations = violations;
    return isValid;
}

bool Evaluation::matches(const Pattern &pattern, QByteArrayView text)
{
    return spend(text.size() * pattern.size() / stepsPerMatch + 1) && pattern.matches(text);
}

bool Evaluation::violate(const Frame &frame, const char *keyword, const QByteArray &what)
{
    if (stopsAtFirst())
        return false;
    return violateAt(frame.location, frame.schema.location + '/' + keyword, what);
}

bool Evaluation::violateAt(const Location &location, const QByteArray &schemaPath,
                           const QByteArray &what)
{
    if (!stopsAtFirst() && m_violations->size() < static_cast<std::size_t>(m_options.violationsMax))
        m_violations->push_back(
            {pointerTo(location), schemaPath, nameOf(location, m_options.whole) + ' ' + what});
    return false;
}

} // namespace provost::schema
