// The records of a journal as they are on disk now. A damaged journal ends the test.
// Thread: any; blocks.
#pragma once

#include "server/audit/journalreader.h"

#include <vector>

namespace provost::testing {

inline std::vector<audit::Record> recordsIn(const std::filesystem::path &journal)
{
    std::vector<audit::Record> records;
    audit::JournalReader reader(journal);
    while (true) {
        const auto line = reader.next();
        if (!line)
            qFatal("%s", qUtf8Printable(line.error().message));
        if (!*line)
            return records;
        auto record = audit::recordFromLine((*line)->text);
        if (!record)
            qFatal("%s", qUtf8Printable(record.error().message));
        records.push_back(std::move(*record));
    }
}

} // namespace provost::testing
