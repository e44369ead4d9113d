// The sheets of the gallery: parts of the kit filled with made-up data.
// Thread: ui thread.
#pragma once

#include <QString>

#include <vector>

class QWidget;

namespace gallery {

struct Sheet
{
    QString name;
    int height = 850;
    QWidget *(*make)();
};

// Of the program that is linked: provost_gallery has the parts, provost_window_gallery the window around pages.
[[nodiscard]] std::vector<Sheet> sheets();

[[nodiscard]] QWidget *makeControls();
[[nodiscard]] QWidget *makeStates();
[[nodiscard]] QWidget *makeData();
[[nodiscard]] QWidget *makeCode();
[[nodiscard]] QWidget *makeIcons();

} // namespace gallery
