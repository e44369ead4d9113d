// How a text is written as a YAML scalar, so that every reader takes it for exactly that text.
// Thread: pure functions.
#pragma once

#include <QByteArray>

namespace provost::org {

enum class Quotes {
    AsNeeded, // none for plain words
    Single,   // unless the text has what only double quotes can hold
    Double,
};

// REQUIRES: valid UTF-8.
[[nodiscard]] QByteArray yamlScalar(QByteArrayView text, Quotes quotes);

// A word that reads as itself without quotes, in block and flow style.
[[nodiscard]] bool isPlainWord(QByteArrayView text);

} // namespace provost::org
