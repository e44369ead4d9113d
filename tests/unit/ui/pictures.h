// What every page must stand: to be drawn in each theme, and to be used without seeing it.
// Thread: ui thread.
#pragma once

#include <QAbstractButton>
#include <QDir>
#include <QLabel>
#include <QPixmap>
#include <QScrollArea>
#include <QTest>

namespace provost::testing {

// Draws a widget. The picture is kept as NAME.png in the folder that PROVOST_PICTURES names, if it names one.
inline void keepPicture(QWidget &shown, const QString &name)
{
    for (int i = 0; i < 4; ++i)
        QCoreApplication::sendPostedEvents(); // layouts, from the outermost inwards
    const QPixmap picture = shown.grab();
    QVERIFY(!picture.isNull());
    QCOMPARE(picture.size(), shown.size() * picture.devicePixelRatio());
    if (const QString folder = qEnvironmentVariable("PROVOST_PICTURES"); !folder.isEmpty())
        QVERIFY(picture.save(QDir(folder).filePath(name + QStringLiteral(".png"))));
}

// A visible control that takes the focus and tells nobody what it is; empty if there is none.
inline QString namelessControl(const QWidget &page)
{
    for (const QWidget *const widget : page.findChildren<QWidget *>()) {
        const bool speaksForItself =
            qobject_cast<const QLabel *>(widget) != nullptr // its text is its name
            || qobject_cast<const QScrollArea *>(widget) != nullptr
            || widget->focusProxy() != nullptr
            || widget->objectName().startsWith(QStringLiteral("qt_"));
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() || speaksForItself)
            continue;
        const auto *const button = qobject_cast<const QAbstractButton *>(widget);
        if (widget->accessibleName().isEmpty() && (button == nullptr || button->text().isEmpty()))
            return widget->objectName() + u' '
                   + QString::fromLatin1(widget->metaObject()->className());
    }
    return {};
}

} // namespace provost::testing
