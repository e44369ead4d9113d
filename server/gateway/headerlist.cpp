#include "server/gateway/headerlist.h"

#include "server/gateway/httpgrammar.h"

#include <algorithm>

namespace provost::gateway {

namespace {

constexpr qsizetype textExpected = 512;

} // namespace

HeaderList::HeaderList(std::initializer_list<Field> fields)
{
    for (const Field &field : fields)
        add(field.name, field.value);
}

void HeaderList::add(QByteArrayView name, QByteArrayView value)
{
    if (m_text.isNull())
        m_text.reserve(textExpected);
    const qsizetype from = m_text.size();
    m_text.resize(from + name.size() + value.size());
    std::copy(value.begin(), value.end(),
              std::copy(name.begin(), name.end(), m_text.begin() + from));
    m_places.append({from, name.size(), value.size()});
}

HeaderList::Field HeaderList::operator[](qsizetype at) const
{
    const Place &place = m_places[at];
    const QByteArrayView text(m_text);
    return {text.sliced(place.from, place.nameSize),
            text.sliced(place.from + place.nameSize, place.valueSize)};
}

std::optional<QByteArrayView> HeaderList::find(QByteArrayView name) const
{
    for (const Field field : *this) {
        if (equalIgnoringCase(field.name, name))
            return field.value;
    }
    return std::nullopt;
}

} // namespace provost::gateway
