#include "server/schema/keywords.h"

namespace provost::schema {

const std::vector<KeywordReader> &keywordReaders()
{
    static const std::vector<KeywordReader> readers = [] {
        std::vector<KeywordReader> all = assertionReaders();
        const std::vector<KeywordReader> applicators = applicatorReaders();
        all.insert(all.end(), applicators.begin(), applicators.end());
        return all;
    }();
    return readers;
}

} // namespace provost::schema
