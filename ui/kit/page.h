// Page: one place of the console, and what it may ask of the shell around it. The shell makes pages lazily, shows one
// at a time and tells them the scope; pages never know each other, they open links.
// Thread: ui thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "ui/kit/action.h"
#include "ui/kit/tokens.h"

#include <QWidget>

#include <map>
#include <optional>

namespace provost::ui {

enum class RangePreset { Last15Minutes, LastHour, Last12Hours, LastDay, LastWeek, LastMonth, All };

// "15m", "1h", ...: in links and settings. "Last 15 min": for people.
[[nodiscard]] QString keyOf(RangePreset range);
[[nodiscard]] std::optional<RangePreset> rangeOf(const QString &key);
[[nodiscard]] QString textOf(RangePreset range);
// How far back the range reaches; none for All.
[[nodiscard]] std::optional<Microseconds> lengthOf(RangePreset range);

// What all pages look at. Part of every link.
struct Scope
{
    TenantId tenant; // empty: all tenants
    RangePreset range = RangePreset::Last12Hours;
    bool operator==(const Scope &) const = default;
};

// A place in the console: "audit?filter=decision%3Adeny", "policies/acme-corp.yaml:12", "simulator/record".
// As text it may stand behind "provost://". Links only navigate, they never act.
struct Link
{
    QString page;   // id of the page
    QString target; // what to show there; empty: the page as it is
    std::map<QString, QString> parameters;

    bool operator==(const Link &) const = default;
    [[nodiscard]] QString toString() const;
    [[nodiscard]] static std::optional<Link> parse(const QString &text);
};

struct Notice
{
    Tone tone = Tone::Neutral;
    QString text;
    QString actionText; // of a button on the notice; empty: none
    std::function<void()> action;
};

// What a page may ask of the shell.
class PageContext
{
public:
    virtual ~PageContext() = default;
    // Goes to another page (or another place of the same one) and remembers the way back.
    virtual void open(const Link &link) = 0;
    virtual void notify(const Notice &notice) = 0;
    [[nodiscard]] virtual Scope scope() const = 0;
    virtual void changeScope(const Scope &scope) = 0;
    // Who sits at the console, for records of what was changed.
    [[nodiscard]] virtual QByteArray author() const = 0;
};

class Page : public QWidget
{
    Q_OBJECT

public:
    explicit Page(PageContext &context, QWidget *parent = nullptr);

    // Called once before the page is first shown and at every change.
    virtual void setScope(const Scope &scope);
    // The page is in front: refresh what is stale, start timers.
    virtual void activate();
    // It is not: stop timers and following.
    virtual void deactivate();
    // Shows what the link names; `link.page` is this page.
    virtual void openLink(const Link &link);
    // Where the page stands, such that openLink() returns here. An empty page id: nothing beyond the page itself.
    [[nodiscard]] virtual Link place() const;
    // What would be lost, in words; empty if nothing.
    [[nodiscard]] virtual QString unsavedChanges() const;
    // For the palette, menus and the list of shortcuts; asked once.
    [[nodiscard]] virtual std::vector<ActionSpec> actions();

Q_SIGNALS:
    // The place changed by the user's own doing: the shell remembers the former one.
    void placeChanged();
    // A number on the page's entry in the mode bar; 0 takes it away.
    void countChanged(int count);

protected:
    [[nodiscard]] PageContext &context() const { return m_context; }

private:
    PageContext &m_context;
};

} // namespace provost::ui
