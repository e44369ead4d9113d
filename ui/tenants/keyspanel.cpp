#include "ui/tenants/keyspanel.h"

#include "ui/kit/button.h"
#include "ui/kit/confirmdialog.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/kit/words.h"
#include "ui/tenants/newkeydialog.h"
#include "ui/tenants/tenantwords.h"

#include <QVBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

KeysPanel::KeysPanel(ControlPlane &control, PageContext &context, QWidget *parent)
    : TenantPanel(u"tenants.keys"_s, tr("No keys yet"), control, context, parent)
    , m_model(new CellModel({{tr("User")},
                             {tr("Label")},
                             {tr("Key")},
                             {tr("State")},
                             {tr("Created")},
                             {tr("Expires")},
                             {tr("Last used")}},
                            this))
    , m_table(new TableView(u"keys.table"_s, tr("Keys"), this))
    , m_revoke(new Button(tr("Revoke…"), ButtonKind::Danger, this))
{
    m_table->setModel(m_model);
    m_table->setColumnWidths({-1, 170, 110, 100, 150, 150, 150});
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    content()->addWidget(m_table, 1);
    auto *const create = new Button(tr("New key…"), ButtonKind::Outlined, this);
    create->setObjectName(u"keys.new"_s);
    create->setIconOf(Icon::Key);
    m_revoke->setObjectName(u"keys.revoke"_s);
    toolbar()->addWidget(m_revoke);
    toolbar()->addWidget(create);
    empty()->setDetail(tr("An agent connects with a key. A key belongs to a user, whose roles "
                          "decide what the agent may do."));
    empty()->setAction(tr("Create the first user and key"));
    connect(empty(), &EmptyState::actionTriggered, this, &KeysPanel::openNewKey);
    connect(create, &Button::clicked, this, &KeysPanel::openNewKey);
    connect(m_revoke, &Button::clicked, this, &KeysPanel::confirmRevoke);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &KeysPanel::updateRevoke);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &KeysPanel::updateRevoke);
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &KeysPanel::updateRevoke);
    updateRevoke();
}

void KeysPanel::load()
{
    control().keys(tenant().id,
                   answerTo<std::vector<KeyRow>>(tr("The keys could not be read"),
                                                 [this](const auto &keys) { showKeys(keys); }));
}

void KeysPanel::clear()
{
    showKeys({});
}

void KeysPanel::showKeys(const std::vector<KeyRow> &keys)
{
    m_keys = keys;
    m_model->setRows(keyRows(keys, SystemClock().now()));
    const auto active = std::count_if(keys.begin(), keys.end(),
                                      [](const KeyRow &key) { return key.state == "active"; });
    setSummary(tr("%1 active of %2").arg(numberText(active), numberText(qint64(keys.size()))));
    showContent(!keys.empty());
    updateRevoke();
}

const KeyRow *KeysPanel::selected() const
{
    const CellRow *const row = m_model->rowAt(m_table->currentIndex());
    const auto key = std::find_if(m_keys.begin(), m_keys.end(), [&](const KeyRow &known) {
        return row != nullptr && known.id.value == row->id;
    });
    return key == m_keys.end() ? nullptr : &*key;
}

void KeysPanel::updateRevoke()
{
    const KeyRow *const key = selected();
    QString reason;
    if (key == nullptr)
        reason = tr("Select a key first");
    else if (key->state != "active")
        reason = tr("This key is %1 already").arg(keyState(key->state).text);
    setBlocked(*m_revoke, reason);
}

void KeysPanel::openNewKey()
{
    auto *const dialog = new NewKeyDialog(control(), context().author(), tenant().id, this);
    connect(dialog, &QDialog::accepted, this, &KeysPanel::changed);
    dialog->open();
}

void KeysPanel::confirmRevoke()
{
    const KeyRow *const key = selected();
    if (key == nullptr)
        return;
    const QString name = QString::fromUtf8(key->id.value);
    const QString user = QString::fromUtf8(key->user.value);
    auto *const dialog = new ConfirmDialog(
        {.title = tr("Revoke key %1?").arg(name),
         .text =
             tr("It belongs to %1 (%2). A revoked key cannot be used again.")
                 .arg(user, key->label.isEmpty() ? tr("no label") : QString::fromUtf8(key->label)),
         .consequences = {tr("Agents that use it are refused within a second."),
                          key->lastUsed ? tr("It was last used on %1.").arg(dayText(*key->lastUsed))
                                        : tr("It was not used yet.")},
         .confirmText = tr("Revoke key"),
         .dangerous = true},
        this);
    connect(dialog, &QDialog::accepted, this, [this, id = key->id] { revoke(id); });
    dialog->open();
}

void KeysPanel::revoke(const CredentialId &id)
{
    const QString name = QString::fromUtf8(id.value);
    control().revokeKey(
        id, context().author(),
        {this, [this, name](const Result<KeyRow> &key) {
             if (!key) {
                 context().notify({Tone::Deny,
                                   tr("Key %1 is still valid: %2").arg(name, key.error().message),
                                   {},
                                   {}});
                 return;
             }
             context().notify({Tone::Allow, tr("Key %1 was revoked").arg(name), {}, {}});
             Q_EMIT changed();
         }});
}

} // namespace provost::ui
