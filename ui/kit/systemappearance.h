// SystemAppearance: what the desktop prefers, read over the xdg settings portal (Qt 6.4 has no colour scheme of its
// own). Light until the portal has answered, and for ever where there is none.
// Thread: ui thread; never waits for the bus.
#pragma once

#include "ui/kit/tokens.h"

#include <QDBusVariant>
#include <QObject>

namespace provost::ui {

class SystemAppearance : public QObject
{
    Q_OBJECT

public:
    SystemAppearance();

    [[nodiscard]] ThemeId shown() const;

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    // The portal's signal; the name is connected by text, as QtDBus asks.
    void settingChanged(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void read(const QString &key);
    void take(const QString &key, const QVariant &value);

    bool m_dark = false;
    bool m_highContrast = false;
};

} // namespace provost::ui
