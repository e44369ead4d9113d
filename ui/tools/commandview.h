// CommandView: exactly what would be run for a server: program, arguments, environment, directory, each word by itself, so
// that nothing hides in a long line. For people who shall agree to it.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QWidget>

namespace provost::ui {

class CommandView : public QWidget
{
    Q_OBJECT

public:
    CommandView(const control::ServerRow &server, QWidget *parent);
};

// Environment and directory in words; empty for a server that runs no command.
[[nodiscard]] std::vector<std::pair<QString, QString>>
commandParts(const control::ServerRow &server);

} // namespace provost::ui
