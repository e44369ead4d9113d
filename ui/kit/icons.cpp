#include "ui/kit/icons.h"

#include "ui/kit/theme.h"

#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <array>
#include <cmath>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

struct Entry
{
    Icon icon;
    const char *file;
};

constexpr std::array Entries = {
    Entry{Icon::Overview, "overview"},
    Entry{Icon::Audit, "audit"},
    Entry{Icon::Shield, "shield"},
    Entry{Icon::Simulator, "simulator"},
    Entry{Icon::Changes, "changes"},
    Entry{Icon::Tenants, "tenants"},
    Entry{Icon::Users, "users"},
    Entry{Icon::Tools, "tools"},
    Entry{Icon::Sessions, "sessions"},
    Entry{Icon::Health, "health"},
    Entry{Icon::Settings, "settings"},
    Entry{Icon::Lock, "lock"},
    Entry{Icon::Search, "search"},
    Entry{Icon::Copy, "copy"},
    Entry{Icon::Plus, "plus"},
    Entry{Icon::Minus, "minus"},
    Entry{Icon::Close, "close"},
    Entry{Icon::Check, "check"},
    Entry{Icon::Warning, "warning"},
    Entry{Icon::Info, "info"},
    Entry{Icon::Error, "error"},
    Entry{Icon::Pause, "pause"},
    Entry{Icon::Play, "play"},
    Entry{Icon::Stop, "stop"},
    Entry{Icon::Filter, "filter"},
    Entry{Icon::Download, "download"},
    Entry{Icon::Upload, "upload"},
    Entry{Icon::ChevronDown, "chevron-down"},
    Entry{Icon::ChevronUp, "chevron-up"},
    Entry{Icon::ChevronRight, "chevron-right"},
    Entry{Icon::ChevronLeft, "chevron-left"},
    Entry{Icon::ArrowRight, "arrow-right"},
    Entry{Icon::ArrowUp, "arrow-up"},
    Entry{Icon::Key, "key"},
    Entry{Icon::Refresh, "refresh"},
    Entry{Icon::Undo, "undo"},
    Entry{Icon::History, "history"},
    Entry{Icon::Trash, "trash"},
    Entry{Icon::Edit, "edit"},
    Entry{Icon::Eye, "eye"},
    Entry{Icon::Link, "link"},
    Entry{Icon::Star, "star"},
    Entry{Icon::File, "file"},
    Entry{Icon::Help, "help"},
    Entry{Icon::Theme, "theme"},
    Entry{Icon::Menu, "menu"},
    Entry{Icon::More, "more"},
    Entry{Icon::PanelRight, "panel-right"},
    Entry{Icon::Tree, "tree"},
    Entry{Icon::Braces, "braces"},
    Entry{Icon::External, "external"},
    Entry{Icon::Terminal, "terminal"},
    Entry{Icon::Clock, "clock"},
    Entry{Icon::Sun, "sun"},
};

QString fileOf(Icon icon)
{
    for (const Entry &entry : Entries) {
        if (entry.icon == icon) {
            return u":/icons/"_s + QString::fromLatin1(entry.file) + u".svg"_s;
        }
    }
    return {};
}

QColor colorOf(Tone tone, QIcon::Mode mode, QIcon::State state)
{
    const Tokens &t = tokens();
    if (mode == QIcon::Disabled) {
        return t.faint;
    }
    if (tone != Tone::Neutral) {
        return inkOf(t, tone);
    }
    if (mode == QIcon::Selected || state == QIcon::On) {
        return t.accent;
    }
    return mode == QIcon::Active ? t.text : t.muted;
}

class TokenIconEngine : public QIconEngine
{
public:
    TokenIconEngine(Icon icon, Tone tone)
        : m_icon(icon)
        , m_tone(tone)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override
    {
        const int size = std::min(rect.width(), rect.height());
        const QPixmap drawn = iconPixmap(m_icon, colorOf(m_tone, mode, state), size,
                                         painter->device()->devicePixelRatioF());
        painter->drawPixmap(rect.x() + (rect.width() - size) / 2,
                            rect.y() + (rect.height() - size) / 2, drawn);
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        return iconPixmap(m_icon, colorOf(m_tone, mode, state),
                          std::min(size.width(), size.height()), 1.0);
    }

    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State state,
                         qreal scale) override
    {
        // Qt hands device pixels here and sets the ratio itself.
        Q_UNUSED(scale)
        return pixmap(size, mode, state);
    }

    QIconEngine *clone() const override { return new TokenIconEngine(m_icon, m_tone); }

private:
    Icon m_icon;
    Tone m_tone;
};

} // namespace

QIcon iconOf(Icon icon, Tone tone)
{
    return QIcon(new TokenIconEngine(icon, tone)); // the icon owns its engine
}

QPixmap iconPixmap(Icon icon, const QColor &color, int size, qreal scale)
{
    const int pixels = static_cast<int>(std::lround(size * scale));
    const QString key = u"provost-icon-%1-%2-%3-%4"_s.arg(static_cast<int>(icon))
                            .arg(color.rgba())
                            .arg(pixels)
                            .arg(scale);
    QPixmap drawn;
    if (QPixmapCache::find(key, &drawn)) {
        return drawn;
    }
    drawn = QPixmap(pixels, pixels);
    drawn.fill(Qt::transparent);
    {
        QPainter painter(&drawn);
        QSvgRenderer(fileOf(icon)).render(&painter, QRectF(0, 0, pixels, pixels));
        painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
        painter.fillRect(drawn.rect(), color);
    }
    drawn.setDevicePixelRatio(scale);
    QPixmapCache::insert(key, drawn);
    return drawn;
}

std::span<const Icon> allIcons()
{
    static const auto icons = [] {
        std::array<Icon, Entries.size()> all{};
        std::transform(Entries.begin(), Entries.end(), all.begin(),
                       [](const Entry &entry) { return entry.icon; });
        return all;
    }();
    return icons;
}

} // namespace provost::ui
