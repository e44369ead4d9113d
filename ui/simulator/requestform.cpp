#include "ui/simulator/requestform.h"

#include "ui/kit/chipseditor.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/form.h"
#include "ui/simulator/attributeseditor.h"

#include <QBoxLayout>
#include <QCompleter>
#include <QScopedValueRollback>
#include <QStringListModel>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QStringList textsOf(const std::vector<QByteArray> &names)
{
    QStringList texts;
    for (const QByteArray &name : names) {
        texts.append(QString::fromUtf8(name));
    }
    return texts;
}

QString nameOf(const FieldPath &path)
{
    return QString::fromLatin1("simulator." + path.parent
                               + (path.member.isEmpty() ? QByteArray() : '.' + path.member));
}

void complete(LineField *field, QStringListModel *names)
{
    auto *const completer = new QCompleter(names, field);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    field->setCompleter(completer);
}

} // namespace

RequestForm::RequestForm(QWidget *parent)
    : QWidget(parent)
    , m_form(new Form(this))
    , m_tools(new QStringListModel(this))
    , m_resources(new QStringListModel(this))
    , m_permissions(new QStringListModel(this))
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_form);
    column->addStretch(1);
    m_form->setLabelWidth(86);
    addLine(tr("Tenant"), {"tenant", {}}, tr("acme-corp"));
    addLine(tr("User"), {"user", "id"}, tr("ana@acme.example"));
    m_roles = addChips(tr("Roles"), {"user", "roles"}, tr("none"));
    addAttributes(tr("User attributes"), "user");
    complete(addLine(tr("Tool"), {"tool", {}}, tr("none: only a resource is asked for")), m_tools);
    complete(addLine(tr("Resource"), {"resource", "id"}, tr("as the tool names it")), m_resources);
    addChips(tr("Within"), {"resource", "within"}, tr("its containers, nearest first"));
    addAttributes(tr("Resource attributes"), "resource");
    complete(addLine(tr("Permission"), {"permission", {}}, tr("read")), m_permissions);
    addArgs();
    m_now = addLine(tr("Now"), {"now", {}}, tr("now, or 2026-01-15T14:23:45Z"));
}

// --- fields ---

LineField *RequestForm::addLine(const QString &label, const FieldPath &path, const QString &none)
{
    auto *const field = new LineField(nameOf(path), label, this);
    field->setMono();
    field->setPlaceholderText(none);
    FormRow *const row = m_form->addRow(label, field);
    if (path.parent == "now") {
        m_nowRow = row;
    }
    m_lines[field] = path;
    connect(field, &QLineEdit::textEdited, this, [this, path](const QString &text) {
        const QString trimmed = text.trimmed();
        set(path, trimmed.isEmpty() ? Json() : Json(trimmed));
    });
    // A completion that was chosen is no textEdited().
    connect(field, &QLineEdit::editingFinished, this, [this, path, field] {
        const QString trimmed = field->text().trimmed();
        if (trimmed != textAt(m_request, path)) {
            set(path, trimmed.isEmpty() ? Json() : Json(trimmed));
        }
    });
    return field;
}

ChipsEditor *RequestForm::addChips(const QString &label, const FieldPath &path, const QString &none)
{
    auto *const chips = new ChipsEditor(nameOf(path), label, this);
    chips->setPlaceholder(none);
    m_form->addRow(label, chips);
    m_chips[chips] = path;
    connect(chips, &ChipsEditor::namesChanged, this,
            [this, path](const QStringList &names) { set(path, listOf(names)); });
    return chips;
}

AttributesEditor *RequestForm::addAttributes(const QString &label, const QByteArray &parent)
{
    auto *const editor = new AttributesEditor(
        QString::fromLatin1("simulator." + parent + ".attributes"), label, this);
    m_form->addRow(tr("Attributes"), editor);
    m_attributes[editor] = parent;
    connect(editor, &AttributesEditor::attributesChanged, this,
            [this, parent](const std::vector<Attribute> &attributes) {
                Json request = m_request;
                setAttributes(request, parent, attributes);
                m_request = request;
                Q_EMIT edited(m_request);
            });
    return editor;
}

void RequestForm::addArgs()
{
    m_args = new CodeEditor(u"simulator.args"_s, tr("Arguments as JSON"), CodeLanguage::Json, this);
    m_args->setHeightToLines(3, 10);
    m_argsRow = m_form->addRow(tr("Arguments"), m_args);
    connect(m_args, &CodeEditor::textChanged, this, &RequestForm::takeArgs);
}

void RequestForm::takeArgs()
{
    if (m_showing) {
        return;
    }
    const QByteArray text = m_args->text().toUtf8();
    const bool none = text.trimmed().isEmpty();
    const Result<Json> json = none ? Result<Json>(Json()) : Json::parse(text);
    if (!json) {
        showArgsError(json.error().message);
    } else if (!none && !json->isObject()) {
        showArgsError(tr("arguments are a JSON object"));
    } else {
        showArgsError({});
        set({"args", {}}, *json);
    }
}

void RequestForm::showArgsError(const QString &error)
{
    m_argsRow->setError(error);
    Q_EMIT argumentsRefused(error);
}

void RequestForm::checkTime()
{
    const QByteArray time = textAt(m_request, {"now", {}}).toUtf8();
    const Result<WallTime> read = fromRfc3339(time);
    m_nowRow->setError(time.isEmpty() || read ? QString() : read.error().message);
}

void RequestForm::set(const FieldPath &path, const Json &value)
{
    setAt(m_request, path, value);
    checkTime();
    Q_EMIT edited(m_request);
}

// --- from outside ---

void RequestForm::setRequest(const Json &request)
{
    const bool sameArgs = request["args"] == m_request["args"] && !request.members().empty();
    m_request = request;
    const QScopedValueRollback showing(m_showing, true);
    for (const auto &[field, path] : m_lines) {
        // The field that is being written in keeps the spaces at its ends.
        if (const QString text = textAt(request, path); field->text().trimmed() != text) {
            field->setText(text);
        }
    }
    for (const auto &[chips, path] : m_chips) {
        chips->setNames(listAt(request, path));
    }
    for (const auto &[editor, parent] : m_attributes) {
        editor->setAttributes(attributesAt(request, parent));
    }
    if (!sameArgs) {
        const Json &args = request["args"];
        m_args->setText(args.isNull() ? QString() : QString::fromUtf8(args.toIndented()));
        showArgsError({});
    }
    checkTime();
}

void RequestForm::setVocabulary(const control::Vocabulary &vocabulary)
{
    m_roles->setCandidates(textsOf(vocabulary.roles));
    m_tools->setStringList(textsOf(vocabulary.tools));
    m_resources->setStringList(textsOf(vocabulary.resources));
    m_permissions->setStringList(textsOf(vocabulary.permissions));
}

} // namespace provost::ui
