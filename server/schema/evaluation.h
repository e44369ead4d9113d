// Evaluation: one run of a program over one instance. Without a list for violations it stops at the first one.
// Thread: one thread; an object is used once.
#pragma once

#include "server/schema/program.h"
#include "server/schema/validator.h"

namespace provost::schema {

// Where in the instance an evaluation is: a chain of frames on the stack, made into a text only for a violation.
struct Location
{
    const Location *parent = nullptr;
    const QByteArray *name = nullptr; // of a property; null: an item
    std::size_t index = 0;
};

class Evaluation
{
public:
    // Everything outlives the object; `violations` may be null.
    Evaluation(const Program &program, const ValidateOptions &options,
               std::vector<Violation> *violations);

    // Means nothing if isExhausted().
    [[nodiscard]] bool run(const Json &instance);
    [[nodiscard]] bool isExhausted() const { return m_isExhausted; }

private:
    // Which properties or items of the instance something has evaluated, by position.
    using Marks = std::vector<bool>;

    struct Frame
    {
        const Subschema &schema;
        const Json &instance;
        const Location &location;
        Marks *marks; // null if nobody asks
    };

    bool evaluate(SubschemaId id, const Json &instance, const Location &location, Marks *marks);
    bool applyKeywords(const Frame &frame);
    // As evaluate(), for what may fail without a violation: marks count only if it passes.
    bool evaluateBranch(SubschemaId id, const Frame &frame);
    bool evaluateQuietly(SubschemaId id, const Json &instance, const Location &location);

    bool check(const keyword::Type &keyword, const Frame &frame);
    bool check(const keyword::Values &keyword, const Frame &frame);
    bool check(const keyword::Bound &keyword, const Frame &frame);
    bool check(const keyword::MultipleOf &keyword, const Frame &frame);
    bool check(const keyword::Size &keyword, const Frame &frame);
    bool check(const keyword::Matches &keyword, const Frame &frame);
    bool check(const keyword::UniqueItems &keyword, const Frame &frame);
    bool check(const keyword::Required &keyword, const Frame &frame);
    bool check(const keyword::Dependency &keyword, const Frame &frame);
    bool check(const keyword::Properties &keyword, const Frame &frame);
    bool check(const keyword::PropertyNames &keyword, const Frame &frame);
    bool check(const keyword::Items &keyword, const Frame &frame);
    bool check(const keyword::Contains &keyword, const Frame &frame);
    bool check(const keyword::AllOf &keyword, const Frame &frame);
    bool check(const keyword::AnyOf &keyword, const Frame &frame);
    bool check(const keyword::OneOf &keyword, const Frame &frame);
    bool check(const keyword::Not &keyword, const Frame &frame);
    bool check(const keyword::Condition &keyword, const Frame &frame);
    bool check(const keyword::Reference &keyword, const Frame &frame);
    bool check(const keyword::DynamicReference &keyword, const Frame &frame);
    bool check(const keyword::UnevaluatedItems &keyword, const Frame &frame);
    bool check(const keyword::UnevaluatedProperties &keyword, const Frame &frame);

    bool checkProperty(const keyword::Properties &keyword, const Frame &frame, std::size_t index);
    bool requireNames(const std::vector<QByteArray> &names, const char *keyword,
                      const QByteArray &because, const Frame &frame);
    bool matches(const Pattern &pattern, QByteArrayView text);

    // Whether work may go on. `steps` as ValidateOptions counts them.
    bool spend(std::int64_t steps);
    [[nodiscard]] bool stopsAtFirst() const { return m_violations == nullptr; }
    // Both return false, so that a check ends in them.
    bool violate(const Frame &frame, const char *keyword, const QByteArray &what);
    bool violateAt(const Location &location, const QByteArray &schemaPath, const QByteArray &what);

    const Program &m_program;
    const ValidateOptions &m_options;
    std::vector<Violation> *m_violations;
    std::vector<int> m_resources; // the dynamic scope: resources entered, from the outermost
    std::int64_t m_stepsLeft;
    int m_depth = 0;
    bool m_isExhausted = false;
};

} // namespace provost::schema
