// JsonWriter: writes JSON text at the end of a byte array.
// Thread: that of the array.
#pragma once

#include "server/base/bytewriter.h"

namespace provost {

class JsonWriter : public ByteWriter
{
public:
    using ByteWriter::ByteWriter;

    // `,"name":`, for the first member of an object without the comma. REQUIRES: `name` needs no escapes.
    void key(std::string_view name, bool isFirst)
    {
        ensure(name.size() + 4);
        if (!isFirst)
            *m_at++ = ',';
        *m_at++ = '"';
        m_at = std::copy(name.begin(), name.end(), m_at);
        *m_at++ = '"';
        *m_at++ = ':';
    }

    // With quotes, and escaped where needed. Whether it is UTF-8 is not looked at.
    void string(QByteArrayView text);

private:
    void escaped(QByteArrayView text);
};

} // namespace provost
