// The headers of a message. A reply has few and makes them one by one (Header); a request has a dozen, of which most are
// never looked at, so that a HeaderList keeps them in one piece.
// Thread: values.
#pragma once

#include <QByteArray>
#include <QVarLengthArray>

#include <initializer_list>
#include <optional>

namespace provost::gateway {

struct Header
{
    QByteArray name;
    QByteArray value;
};

// Views live as long as the list is not changed.
class HeaderList
{
public:
    struct Field
    {
        QByteArrayView name;  // as sent
        QByteArrayView value; // trimmed of optional white space
    };
    class Iterator
    {
    public:
        Iterator(const HeaderList &list, qsizetype at)
            : m_list(&list)
            , m_at(at)
        {
        }
        Field operator*() const { return (*m_list)[m_at]; }
        Iterator &operator++()
        {
            ++m_at;
            return *this;
        }
        bool operator==(const Iterator &) const = default;

    private:
        const HeaderList *m_list;
        qsizetype m_at;
    };

    HeaderList() = default;
    HeaderList(std::initializer_list<Field> fields);

    void add(QByteArrayView name, QByteArrayView value); // REQUIRES: neither is of this list

    [[nodiscard]] qsizetype size() const { return m_places.size(); }
    [[nodiscard]] Field operator[](qsizetype at) const;
    [[nodiscard]] Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] Iterator end() const { return {*this, size()}; }

    // The value of the first header of that name, case-insensitively.
    [[nodiscard]] std::optional<QByteArrayView> find(QByteArrayView name) const;

private:
    struct Place
    {
        qsizetype from; // of the name; the value follows
        qsizetype nameSize;
        qsizetype valueSize;
    };

    QByteArray m_text;
    QVarLengthArray<Place, 16> m_places;
};

} // namespace provost::gateway
