// The checks of keywords that apply subschemas. What they evaluate they mark, for those that ask.
#include "server/schema/evaluation.h"
#include "server/schema/wording.h"

namespace provost::schema {

namespace {

// Of alternatives none of which fits, what is wrong with the one that comes nearest: deep violations tell that its
// beginning was meant, few that little is missing.
const Violation &nearest(const std::vector<std::vector<Violation>> &branches)
{
    const auto depthOf = [](const Violation &violation) {
        return violation.instancePath.count('/');
    };
    const std::vector<Violation> *best = &branches.front();
    for (const std::vector<Violation> &branch : branches) {
        const auto depth = depthOf(branch.front()) <=> depthOf(best->front());
        if (depth > 0 || (depth == 0 && branch.size() < best->size()))
            best = &branch;
    }
    return best->front();
}

// "… or …" while that can be read, else the nearest.
QByteArray inWords(const std::vector<std::vector<Violation>> &branches)
{
    constexpr std::size_t namedMax = 3;
    if (branches.size() > namedMax)
        return "; the nearest fails because " + nearest(branches).message;
    QByteArray words;
    for (const std::vector<Violation> &branch : branches)
        words += (words.isEmpty() ? ": " : ", or ") + branch.front().message;
    return words;
}

} // namespace

bool Evaluation::checkProperty(const keyword::Properties &keyword, const Frame &frame,
                               std::size_t index)
{
    const Json::Member &member = frame.instance.members()[index];
    const QByteArray &name = member.key;
    const Json &value = member.value;
    const Location here{&frame.location, &name, 0};
    bool isValid = true;
    bool isKnown = false;
    const auto apply = [&](SubschemaId id) {
        isKnown = true;
        isValid = evaluate(id, value, here, nullptr) && isValid;
    };
    if (const auto named = keyword.named.constFind(name); named != keyword.named.constEnd())
        apply(*named);
    for (const auto &[pattern, id] : keyword.patterns) {
        if (matches(*pattern, name))
            apply(id);
    }
    if (!isKnown && keyword.additional) {
        const auto &additional =
            m_program.subschemas[static_cast<std::size_t>(*keyword.additional)];
        if (additional.refusesAll && !keyword.shown.isEmpty())
            return violateAt(here, additional.location, "is not known; known are " + keyword.shown);
        apply(*keyword.additional);
    }
    if (isKnown && frame.marks != nullptr)
        (*frame.marks)[index] = true;
    return isValid;
}

bool Evaluation::check(const keyword::Properties &keyword, const Frame &frame)
{
    bool isValid = true;
    const std::size_t count = frame.instance.members().size();
    for (std::size_t i = 0; i < count && spend(1); ++i) {
        isValid = checkProperty(keyword, frame, i) && isValid;
        if (!isValid && stopsAtFirst())
            return false;
    }
    return isValid;
}

bool Evaluation::check(const keyword::PropertyNames &keyword, const Frame &frame)
{
    bool isValid = true;
    for (const Json::Member &member : frame.instance.members()) {
        const bool fits = evaluateQuietly(keyword.schema, Json(member.key), frame.location)
                          || violate(frame, "propertyNames",
                                     "must not have a property of the name " + quoted(member.key));
        isValid = fits && isValid;
        if ((!isValid && stopsAtFirst()) || m_isExhausted)
            return false;
    }
    return isValid;
}

bool Evaluation::check(const keyword::Items &keyword, const Frame &frame)
{
    const Json::Array &items = frame.instance.items();
    bool isValid = true;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool isPrefix = i < keyword.prefix.size();
        if (!isPrefix && !keyword.rest)
            break;
        const SubschemaId id = isPrefix ? keyword.prefix[i] : *keyword.rest;
        const bool fits = evaluate(id, items[i], {&frame.location, nullptr, i}, nullptr);
        if (frame.marks != nullptr)
            (*frame.marks)[i] = true;
        isValid = fits && isValid;
        if ((!isValid && stopsAtFirst()) || m_isExhausted)
            return false;
    }
    return isValid;
}

bool Evaluation::check(const keyword::Contains &keyword, const Frame &frame)
{
    if (!frame.instance.isArray())
        return true;
    const Json::Array &items = frame.instance.items();
    std::int64_t found = 0;
    for (std::size_t i = 0; i < items.size() && !m_isExhausted; ++i) {
        if (!evaluateQuietly(keyword.schema, items[i], {&frame.location, nullptr, i}))
            continue;
        ++found;
        if (frame.marks != nullptr && keyword.evaluates)
            (*frame.marks)[i] = true;
    }
    if (found < keyword.least)
        return violate(frame, "contains",
                       "must hold at least " + counted(keyword.least, "item", "items")
                           + " of the kind that the schema asks for");
    if (keyword.most && found > *keyword.most)
        return violate(frame, "maxContains",
                       "must hold at most " + counted(*keyword.most, "item", "items")
                           + " of the kind that the schema limits");
    return true;
}

bool Evaluation::check(const keyword::AllOf &keyword, const Frame &frame)
{
    bool isValid = true;
    for (const SubschemaId id : keyword.schemas) {
        isValid = evaluate(id, frame.instance, frame.location, frame.marks) && isValid;
        if ((!isValid && stopsAtFirst()) || m_isExhausted)
            return false;
    }
    return isValid;
}

bool Evaluation::check(const keyword::AnyOf &keyword, const Frame &frame)
{
    std::vector<Violation> *const violations = m_violations;
    std::vector<std::vector<Violation>> branches;
    bool fits = false;
    for (const SubschemaId id : keyword.schemas) {
        std::vector<Violation> own;
        if (violations != nullptr)
            m_violations = &own;
        fits = evaluateBranch(id, frame) || fits;
        branches.push_back(std::move(own));
        const bool isDone = fits && frame.marks == nullptr; // else all that fit must mark
        if (isDone || m_isExhausted)
            break;
    }
    m_violations = violations;
    if (fits || m_isExhausted || stopsAtFirst())
        return fits;
    return violate(frame, "anyOf", "must fit one of the alternatives" + inWords(branches));
}

bool Evaluation::check(const keyword::OneOf &keyword, const Frame &frame)
{
    std::vector<Violation> *const violations = m_violations;
    std::vector<std::vector<Violation>> branches;
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < keyword.schemas.size() && fitting.size() < 2; ++i) {
        std::vector<Violation> own;
        if (violations != nullptr)
            m_violations = &own;
        if (evaluateBranch(keyword.schemas[i], frame))
            fitting.push_back(i);
        branches.push_back(std::move(own));
        if (m_isExhausted)
            break;
    }
    m_violations = violations;
    if (fitting.size() == 1 || m_isExhausted || stopsAtFirst())
        return fitting.size() == 1;
    if (fitting.empty())
        return violate(frame, "oneOf", "must fit one of the alternatives" + inWords(branches));
    return violate(frame, "oneOf",
                   "must fit exactly one alternative, not both that at "
                       + QByteArray::number(qulonglong(fitting[0])) + " and that at "
                       + QByteArray::number(qulonglong(fitting[1])));
}

bool Evaluation::check(const keyword::Not &keyword, const Frame &frame)
{
    return !evaluateQuietly(keyword.schema, frame.instance, frame.location)
           || violate(frame, "not", "must not be what the schema rules out here");
}

bool Evaluation::check(const keyword::Condition &keyword, const Frame &frame)
{
    std::vector<Violation> *const violations = std::exchange(m_violations, nullptr);
    const bool holds = evaluateBranch(keyword.test, frame);
    m_violations = violations;
    const auto &branch = holds ? keyword.then : keyword.otherwise;
    return !branch || evaluate(*branch, frame.instance, frame.location, frame.marks);
}

bool Evaluation::check(const keyword::Reference &keyword, const Frame &frame)
{
    return evaluate(keyword.target, frame.instance, frame.location, frame.marks);
}

// The outermost resource on the way here that has an anchor of this name decides.
bool Evaluation::check(const keyword::DynamicReference &keyword, const Frame &frame)
{
    for (const int resource : m_resources) {
        for (const auto &[anchor, id] :
             m_program.dynamicAnchors[static_cast<std::size_t>(resource)]) {
            if (anchor == keyword.anchor)
                return evaluate(id, frame.instance, frame.location, frame.marks);
        }
    }
    return evaluate(keyword.fallback, frame.instance, frame.location, frame.marks);
}

bool Evaluation::check(const keyword::UnevaluatedItems &keyword, const Frame &frame)
{
    const Json::Array &items = frame.instance.items();
    bool isValid = true;
    for (std::size_t i = 0; i < items.size() && !m_isExhausted; ++i) {
        if ((*frame.marks)[i])
            continue;
        isValid =
            evaluate(keyword.schema, items[i], {&frame.location, nullptr, i}, nullptr) && isValid;
        (*frame.marks)[i] = true;
        if (!isValid && stopsAtFirst())
            return false;
    }
    return isValid;
}

bool Evaluation::check(const keyword::UnevaluatedProperties &keyword, const Frame &frame)
{
    const Json::Object &members = frame.instance.members();
    bool isValid = true;
    for (std::size_t i = 0; i < members.size() && !m_isExhausted; ++i) {
        if ((*frame.marks)[i])
            continue;
        const Location here{&frame.location, &members[i].key, 0};
        isValid = evaluate(keyword.schema, members[i].value, here, nullptr) && isValid;
        (*frame.marks)[i] = true;
        if (!isValid && stopsAtFirst())
            return false;
    }
    return isValid;
}

} // namespace provost::schema
