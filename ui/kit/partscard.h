// PartsCard: a card about one thing, in parts that are shown one at a time. The header has its name, its id and the choice
// of the part.
// Thread: ui thread.
#pragma once

#include "ui/kit/card.h"

#include <map>

class QStackedWidget;

namespace provost::ui {

class Button;
class Segments;

class PartsCard : public Card
{
    Q_OBJECT

public:
    // `page` begins the objectNames: "tools.detail", "tools.parts".
    PartsCard(const QString &page, QWidget *parent);

    // The first part is the current one. The button is the part's entry in the header.
    Button *addPart(const QString &id, const QString &title, QWidget *part);
    // `id` may be empty, where the title says it.
    void setSubject(const QString &title, const QString &id);

    [[nodiscard]] QString current() const;
    [[nodiscard]] QWidget *currentPart() const;
    // Does not emit.
    void setCurrent(const QString &id);
    // Another part in the place of the current one, as long as that has nothing to show.
    void showInstead(const QString &id);

Q_SIGNALS:
    void chosen(const QString &id); // by the user

private:
    Label *m_id = nullptr;
    Segments *m_choice = nullptr;
    QStackedWidget *m_stack = nullptr;
    std::map<QString, QWidget *> m_parts;
};

} // namespace provost::ui
