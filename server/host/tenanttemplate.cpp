#include "server/host/tenanttemplate.h"

#include <QDir>
#include <QFile>

#include <algorithm>

namespace provost::host {

namespace {

constexpr char templatesRoot[] = ":/templates/"; // policies/templates, compiled in

bool isTenantId(const QByteArray &id)
{
    return !id.isEmpty() && id.size() <= 63 && id.front() != '-'
           && std::all_of(id.begin(), id.end(), [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
              });
}

// The YAML of a new tenant: a template with the placeholders TENANT_ID and TENANT_NAME filled in.
Result<QByteArray> tenantYaml(const control::NewTenant &tenant)
{
    QFile file(QString::fromUtf8(templatesRoot + tenant.templateName + ".yaml"));
    if (tenant.templateName.contains('/') || !file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::NotFound, QStringLiteral("there is no template `%1`; there are %2")
                                             .arg(QString::fromUtf8(tenant.templateName),
                                                  tenantTemplates().join(QStringLiteral(", "))));
    QByteArray text = file.readAll();
    text.replace("TENANT_ID", tenant.id.value);
    // As a YAML double-quoted scalar, whatever the name holds: JSON strings are.
    QByteArray quoted;
    appendJsonString(quoted, tenant.name.isEmpty() ? tenant.id.value : tenant.name);
    text.replace("TENANT_NAME", quoted);
    return text;
}

} // namespace

QStringList tenantTemplates()
{
    QStringList names = QDir(QString::fromUtf8(templatesRoot))
                            .entryList({QStringLiteral("*.yaml")}, QDir::Files, QDir::Name);
    names.replaceInStrings(QStringLiteral(".yaml"), QString());
    return names;
}

Result<control::OrgFile> newTenantFile(const control::NewTenant &tenant,
                                       const std::vector<control::OrgFile> &files)
{
    if (!isTenantId(tenant.id.value))
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral(
                        "`%1` is not a tenant id: 1 to 63 of a-z, 0-9 and -, not starting with -")
                        .arg(QString::fromUtf8(tenant.id.value)));
    const QByteArray name = "tenants/" + tenant.id.value + ".yaml";
    if (std::any_of(files.begin(), files.end(),
                    [&](const control::OrgFile &known) { return known.name == name; }))
        return fail(
            ErrorCode::Conflict,
            QStringLiteral("tenant `%1` exists already").arg(QString::fromUtf8(tenant.id.value)));
    TRY_LET(QByteArray text, tenantYaml(tenant));
    return control::OrgFile{name, std::move(text)};
}

} // namespace provost::host
