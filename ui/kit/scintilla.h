// QScintilla's headers, which use Qt's old keywords; the rest of the console is built without them.
// Include this instead of <Qsci/...>, and only in .cpp files.
#pragma once

#define signals Q_SIGNALS // NOLINT: for the includes below only
#define slots Q_SLOTS     // NOLINT: for the includes below only
#include <Qsci/qscilexerjson.h>
#include <Qsci/qscilexeryaml.h>
#include <Qsci/qsciscintilla.h>
#undef signals
#undef slots
