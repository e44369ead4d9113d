// JsonWriter: writes JSON text at the end of a byte array.
// Thread: that of the array.
#pragma once

#include "server/base/bytewriter.h"

namespace provost {

class JsonWriter : public ByteWriter
{
public:
    using ByteWriter::ByteWriter;

    // With quotes, and escaped where needed. Whether it is UTF-8 is not looked at.
    void string(QByteArrayView text);

private:
    void escaped(QByteArrayView text);
};

} // namespace provost
