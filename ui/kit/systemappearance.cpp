#include "ui/kit/systemappearance.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCall>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFileInfo>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1StringView Service = "org.freedesktop.portal.Desktop"_L1;
constexpr QLatin1StringView Path = "/org/freedesktop/portal/desktop"_L1;
constexpr QLatin1StringView Interface = "org.freedesktop.portal.Settings"_L1;
constexpr QLatin1StringView Group = "org.freedesktop.appearance"_L1;
constexpr QLatin1StringView ColorScheme = "color-scheme"_L1;
constexpr QLatin1StringView Contrast = "contrast"_L1;

// Asking for a bus where there is none would start one, and wait for it.
bool hasSessionBus()
{
    const QByteArray runtime = qgetenv("XDG_RUNTIME_DIR");
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS")
           || (!runtime.isEmpty()
               && QFileInfo::exists(QString::fromLocal8Bit(runtime) + u"/bus"_s));
}

} // namespace

SystemAppearance::SystemAppearance()
{
    if (!hasSessionBus()) {
        return;
    }
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    bus.connect(Service, Path, Interface, u"SettingChanged"_s, this,
                // NOLINTNEXTLINE(tidy): QtDBus connects to remote signals by name only
                SLOT(settingChanged(QString, QString, QDBusVariant)));
    read(ColorScheme);
    read(Contrast);
}

void SystemAppearance::read(const QString &key)
{
    QDBusMessage call = QDBusMessage::createMethodCall(Service, Path, Interface, u"Read"_s);
    call << Group << key;
    auto *const watcher =
        new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, key, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (reply.isValid()) {
            take(key, reply.value().variant());
        }
        watcher->deleteLater();
    });
}

void SystemAppearance::settingChanged(const QString &group, const QString &key,
                                      const QDBusVariant &value)
{
    if (group == Group) {
        take(key, value.variant());
    }
}

void SystemAppearance::take(const QString &key, const QVariant &value)
{
    // Read() wraps the value in a second variant, the signal does not.
    const QVariant inner =
        value.canConvert<QDBusVariant>() ? value.value<QDBusVariant>().variant() : value;
    const bool on = inner.toUInt() == 1; // 1 is "prefer dark" and "higher contrast"
    if (key != ColorScheme && key != Contrast) {
        return;
    }
    (key == ColorScheme ? m_dark : m_highContrast) = on;
    Q_EMIT changed();
}

ThemeId SystemAppearance::shown() const
{
    if (m_highContrast) {
        return ThemeId::HighContrast;
    }
    return m_dark ? ThemeId::Dark : ThemeId::Light;
}

} // namespace provost::ui
