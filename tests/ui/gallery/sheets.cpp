#include "tests/ui/gallery/sheets.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/chipseditor.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/stattile.h"
#include "ui/kit/states.h"
#include "ui/kit/toast.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QGridLayout>
#include <QMenu>
#include <QProgressBar>
#include <QRadioButton>
#include <QSpinBox>
#include <QTabBar>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace gallery {

namespace {

QVBoxLayout *columnOf(QWidget *sheet)
{
    auto *const column = new QVBoxLayout(sheet);
    column->setContentsMargins(14, 14, 14, 14);
    column->setSpacing(metrics::Gap);
    return column;
}

QHBoxLayout *rowIn(QVBoxLayout *column)
{
    auto *const row = new QHBoxLayout;
    row->setSpacing(8);
    column->addLayout(row);
    return row;
}

Card *tilesAndBadges(QVBoxLayout *column, QWidget *sheet)
{
    auto *const tiles = new QHBoxLayout;
    tiles->setSpacing(metrics::Gap);
    column->addLayout(tiles);
    const auto tile = [&](const QString &label, const QString &value, Tone tone,
                          const QString &detail, Tone detailTone) {
        auto *const made = new StatTile(label, sheet);
        made->setValue(value, tone);
        made->setDetail(detail, detailTone);
        tiles->addWidget(made);
    };
    tile(u"Calls / s"_s, u"412"_s, Tone::Neutral, u"▲ 6 %"_s, Tone::Muted);
    tile(u"Denied"_s, u"3.1 %"_s, Tone::Neutral, u"▲ 0.9 pt"_s, Tone::Deny);
    tile(u"p50 · p95 · p99 (ms)"_s, u"0.9 · 2.2 · 3.1"_s, Tone::Neutral, u"gateway only"_s,
         Tone::Muted);
    tile(u"Errors"_s, u"0.08 %"_s, Tone::Neutral, u"of 1.4 M today"_s, Tone::Allow);
    tile(u"Newly allowed"_s, u"41"_s, Tone::Ask, u"2 agents, 1 tenant"_s, Tone::Muted);
    auto *const card = new Card(u"Badges and text"_s, sheet);
    card->addToHeader(new Label(u"6"_s, TextRole::Heading));
    auto *const badges = rowIn(card->body());
    const std::initializer_list<std::pair<BadgeKind, QString>> kinds = {
        {BadgeKind::Allow, u"allow"_s},   {BadgeKind::Deny, u"deny"_s},
        {BadgeKind::Ask, u"asked"_s},     {BadgeKind::Masked, u"masked"_s},
        {BadgeKind::Warning, u"draft"_s}, {BadgeKind::Neutral, u"pending"_s},
        {BadgeKind::Accent, u"live"_s},   {BadgeKind::Deny, QString()}};
    for (const auto &[kind, text] : kinds) {
        badges->addWidget(new Badge(kind, text, card));
    }
    badges->addStretch(1);
    for (const auto &[role, text] :
         {std::pair{TextRole::Title, u"acme-corp.yaml"_s},
          {TextRole::Strong, u"no-prod-delete"_s},
          {TextRole::Body, u"Body text 0123456789 111 888"_s},
          {TextRole::Heading, u"Needs you"_s},
          {TextRole::Caption, u"live revision 41 · draft, 2 edits"_s},
          {TextRole::Mono, u"resource.env == \"prod\" && args.amount <= 5000 != -> =>"_s}}) {
        card->body()->addWidget(new Label(text, role, card));
    }
    return card;
}

Card *buttons(QWidget *sheet)
{
    auto *const card = new Card(u"Buttons"_s, sheet);
    auto *const row = rowIn(card->body());
    auto *const primary = new Button(u"Propose change"_s, ButtonKind::Primary, card);
    auto *const hinted = new Button(u"Simulate"_s, ButtonKind::Outlined, card);
    hinted->setKeyHint(u"Ctrl ↵"_s);
    auto *const withIcon = new Button(u"Export"_s, ButtonKind::Outlined, card);
    withIcon->setIconOf(Icon::Download);
    auto *const blocked = new Button(u"Publish"_s, ButtonKind::Outlined, card);
    setBlocked(*blocked, u"needs role policy.publish"_s);
    auto *const rule = new Button(u"Go to rule"_s, ButtonKind::Primary, card);
    rule->setKeyHint(u"F2"_s);
    for (QWidget *const button : std::initializer_list<QWidget *>{
             primary, rule, new Button(u"Save run"_s, ButtonKind::Outlined, card), hinted, withIcon,
             new Button(u"Roll back"_s, ButtonKind::Danger, card),
             new Button(u"Flat"_s, ButtonKind::Flat, card),
             new Button(u"+ add condition"_s, ButtonKind::Link, card), blocked,
             new Button(Icon::Refresh, u"Refresh"_s, card),
             new Button(Icon::Pause, u"Pause"_s, card)}) {
        row->addWidget(button);
    }
    row->addStretch(1);
    auto *const second = rowIn(card->body());
    auto *const segments = new Segments(card);
    segments->add(u"source"_s, u"Source"_s);
    segments->add(u"form"_s, u"Form"_s);
    segments->add(u"both"_s, u"Both"_s);
    segments->setCurrent(u"both"_s);
    auto *const effect = new Segments(card);
    effect->add(u"allow"_s, u"✓ allow"_s, Tone::Allow);
    effect->add(u"deny"_s, u"✕ deny"_s, Tone::Deny);
    effect->add(u"ask"_s, u"? ask a person"_s, Tone::Ask);
    effect->setCurrent(u"deny"_s);
    second->addWidget(segments);
    second->addSpacing(16);
    second->addWidget(effect);
    auto *const check = new QCheckBox(u"prod"_s, card);
    check->setChecked(true);
    auto *const radio = new QRadioButton(u"live"_s, card);
    radio->setChecked(true);
    auto *const progress = new QProgressBar(card);
    progress->setValue(74);
    for (QWidget *const part : std::initializer_list<QWidget *>{
             check, new QCheckBox(u"staging"_s, card), radio, new QRadioButton(u"history"_s, card),
             new QSpinBox(card), progress}) {
        second->addWidget(part);
    }
    auto *const tabs = new QTabBar(card);
    tabs->addTab(u"Single"_s);
    tabs->addTab(u"Batch"_s);
    tabs->addTab(u"Replay"_s);
    tabs->setDrawBase(false);
    card->body()->addWidget(tabs);
    return card;
}

Card *form(QWidget *sheet)
{
    auto *const card = new Card(u"Form"_s, sheet);
    auto *const rows = new Form(card);
    card->body()->addWidget(rows);
    auto *const tools = new ChipsEditor(u"tools"_s, u"Tools"_s);
    tools->setNames({u"db.delete_*"_s, u"crm.export"_s, u"payments.refund"_s});
    tools->setTrailing(u"matches 3"_s);
    rows->addRow(u"Tools"_s, tools);
    auto *const roles = new ChipsEditor(u"roles"_s, u"Roles"_s);
    roles->setPlaceholder(u"everyone"_s);
    rows->addRow(u"Roles"_s, roles)->setHint(u"Nobody is left out while this is empty."_s);
    auto *const many = new ChipsEditor(u"many"_s, u"Resources"_s);
    many->setNames({u"analytics_db.sales"_s, u"analytics_db.customers"_s, u"data_warehouse"_s,
                    u"crm.contacts"_s, u"no-such-thing"_s, u"finance.ledger"_s});
    many->setCheck([](const QString &name) {
        return name == u"no-such-thing"_s ? u"no server has this resource"_s : QString();
    });
    rows->addRow(u"Resources"_s, many);
    auto *const condition = new LineField(u"when"_s, u"When"_s);
    condition->setMono();
    condition->setText(u"args.amount >> 1000"_s);
    rows->addRow(u"When"_s, condition)->setError(u"expected a value after `>`"_s);
    auto *const reason = new LineField(u"reason"_s, u"Reason"_s);
    reason->setPlaceholderText(u"Shown to the agent"_s);
    rows->addRow(u"Reason"_s, reason);
    auto *const scope = new ComboField(u"scope"_s, u"Scope"_s);
    scope->setPrefix(u"Scope"_s);
    scope->addItem(u"All tenants"_s, QString());
    scope->addItem(u"acme-corp"_s, u"acme-corp"_s);
    scope->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    rows->addRow(u"Combo"_s, scope);
    auto *const off = new LineField(u"off"_s, u"Revision"_s);
    off->setText(u"41"_s);
    setBlocked(*off, u"set by the server"_s);
    rows->addRow(u"Blocked"_s, off);
    return card;
}

} // namespace

QWidget *makeControls()
{
    auto *const sheet = new QWidget;
    auto *const column = columnOf(sheet);
    Card *const badges = tilesAndBadges(column, sheet);
    auto *const banner = new Banner(sheet);
    banner->set(Tone::Ask,
                u"1 policy, 2 edits in acme-corp · replayed on the last edit: 41 calls change"_s);
    banner->addButton(u"Discard"_s);
    banner->addButton(u"Review difference"_s)->setKeyHint(u"Ctrl D"_s);
    column->addWidget(banner);
    column->addWidget(buttons(sheet));
    auto *const halves = new QHBoxLayout;
    halves->setSpacing(metrics::Gap);
    halves->addWidget(badges, 1);
    halves->addWidget(form(sheet), 1);
    column->addLayout(halves, 1);
    return sheet;
}

QWidget *makeStates()
{
    auto *const sheet = new QWidget;
    auto *const grid = new QGridLayout(sheet);
    grid->setContentsMargins(14, 14, 14, 14);
    const auto cardAt = [&](int row, int column) {
        auto *const card = new Card(sheet);
        grid->addWidget(card, row, column);
        return card;
    };
    auto *const empty = new EmptyState(Icon::Terminal, u"No calls yet. Connect an agent."_s);
    empty->setDetail(
        u"Give it this address and a key; its first call appears here as it comes in."_s);
    empty->setAction(u"Create a key"_s, ButtonKind::Primary);
    cardAt(0, 0)->body()->addWidget(empty);
    auto *const error = new ErrorState;
    error->setTrouble(troubleOf(u"The audit records could not be read"_s,
                                {ErrorCode::Storage, u"disk full on `/var/lib/provost`"_s}));
    error->setRetry(true);
    cardAt(0, 1)->body()->addWidget(error);
    Card *const snippets = cardAt(1, 0);
    snippets->setTitle(u"Connect an agent"_s);
    auto *const snippet = new CopyField(u"snippet"_s, u"command"_s);
    snippet->setText(u"claude mcp add provost http://127.0.0.1:7777/t/acme-corp/mcp \\\n"
                     u"  --transport http --header \"Authorization: Bearer …\""_s);
    snippets->body()->addWidget(snippet);
    auto *const key = new CopyField(u"key"_s, u"key"_s);
    key->setSecret(u"pvk_7Fq2xQ9d_made-up-key-for-the-gallery"_s);
    snippets->body()->addWidget(key);
    auto *const below = snippets->addSection(u"Banners"_s);
    for (const auto &[tone, text] :
         {std::pair{Tone::Deny, u"Enforcement is off: every call is let through."_s},
          {Tone::Accent, u"You are viewing revision 38; live is 41."_s},
          {Tone::Allow, u"Log verified, 26,114,880 records, 0 gaps."_s}}) {
        auto *const banner = new Banner(snippets);
        banner->set(tone, text);
        below->addWidget(banner);
    }
    Card *const corner = cardAt(1, 1);
    corner->setTitle(u"Toasts and menu"_s);
    auto *const menu = new QMenu(corner);
    menu->addAction(iconOf(Icon::Copy), u"Copy"_s)->setShortcut(QKeySequence::Copy);
    menu->addAction(iconOf(Icon::Braces), u"Copy as JSON"_s);
    menu->addSeparator();
    QAction *const on = menu->addAction(u"High contrast"_s);
    on->setCheckable(true);
    on->setChecked(true);
    menu->addAction(iconOf(Icon::Trash), u"Revoke key"_s)->setEnabled(false);
    menu->setWindowFlags(Qt::Widget);
    menu->setActiveAction(menu->actions().constFirst());
    corner->body()->addWidget(menu, 0, Qt::AlignLeft);
    menu->show();
    corner->body()->addStretch(1);
    auto *const toasts = new ToastStack(corner);
    toasts->show({.tone = Tone::Allow, .text = u"Revision 42 is live"_s});
    toasts->show({.tone = Tone::Deny,
                  .text = u"The change could not be applied: the org moved to revision 43"_s,
                  .actionText = u"Compare"_s,
                  .action = {}});
    return sheet;
}

std::vector<Sheet> sheets()
{
    return {{u"controls"_s, 900, makeControls},
            {u"states"_s, 850, makeStates},
            {u"data"_s, 900, makeData},
            {u"code"_s, 900, makeCode},
            {u"icons"_s, 420, makeIcons}};
}

} // namespace gallery
