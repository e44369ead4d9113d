#include "ui/kit/draftstore.h"

#include "server/base/json.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QStandardPaths>

#include <algorithm>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype BytesMax = 64 << 20;

tl::unexpected<Error> refused(const QFileDevice &file)
{
    return fail(ErrorCode::Storage,
                u"the draft in `%1`: %2"_s.arg(file.fileName(), file.errorString()));
}

} // namespace

const DraftFile *Draft::find(const QByteArray &name) const
{
    const auto it = std::find_if(files.begin(), files.end(),
                                 [&](const DraftFile &file) { return file.name == name; });
    return it == files.end() ? nullptr : &*it;
}

DraftFile *Draft::find(const QByteArray &name)
{
    const auto it = std::find_if(files.begin(), files.end(),
                                 [&](const DraftFile &file) { return file.name == name; });
    return it == files.end() ? nullptr : &*it;
}

void Draft::remove(const QByteArray &name)
{
    std::erase_if(files, [&](const DraftFile &file) { return file.name == name; });
}

DraftStore::DraftStore(QString folder)
    : m_folder(std::move(folder))
{
    if (m_folder.isEmpty()) {
        m_folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/drafts"_s;
    }
}

QString DraftStore::path() const
{
    return m_folder + u"/draft.json"_s;
}

Result<Draft> DraftStore::load() const
{
    QFile file(path());
    if (!file.exists()) {
        return Draft();
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return refused(file);
    }
    TRY_LET(const Json json, Json::parse(file.read(BytesMax + 1), {.bytesMax = BytesMax}));
    Draft draft{json["revision"].toByteArray(), {}};
    for (const Json &item : json["files"].items()) {
        draft.files.push_back(
            {item["name"].toByteArray(), item["base"].toByteArray(), item["text"].toByteArray()});
    }
    return draft;
}

Result<void> DraftStore::save(const Draft &draft) const
{
    if (draft.isEmpty()) {
        QFile file(path());
        if (file.exists() && !file.remove()) {
            return refused(file);
        }
        return {};
    }
    Json files = Json::array();
    for (const DraftFile &file : draft.files) {
        files.append(Json::object({{"name", file.name}, {"base", file.base}, {"text", file.text}}));
    }
    const Json json = Json::object({{"revision", draft.revision}, {"files", std::move(files)}});
    if (!QDir().mkpath(m_folder)) {
        return fail(ErrorCode::Storage, u"the folder `%1` cannot be made"_s.arg(m_folder));
    }
    QSaveFile file(path());
    if (!file.open(QIODevice::WriteOnly)) {
        return refused(file);
    }
    // Policies tell who may do what: nobody else on the machine need read them.
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    const QByteArray bytes = json.toBytes();
    if (file.write(bytes) != bytes.size() || !file.commit()) {
        return refused(file);
    }
    return {};
}

} // namespace provost::ui
