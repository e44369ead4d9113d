// A PostgreSQL server of the test's own: made in a temporary directory, reached by its Unix socket, gone with the object.
// Runs as an unprivileged user where the test runs as root, which PostgreSQL refuses.
// Thread: one.
#pragma once

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <libpq-fe.h>

#include <memory>

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

namespace provost::testing {

class PostgresServer
{
public:
    // Empty if PostgreSQL is not installed.
    static QString programs()
    {
        QDir versions(QStringLiteral("/usr/lib/postgresql"));
        for (const QString &version :
             versions.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
            const QString bin = versions.filePath(version + QStringLiteral("/bin/"));
            if (QFile::exists(bin + QStringLiteral("initdb")))
                return bin;
        }
        return {};
    }

    // False if it does not come up; what it said is then in output().
    bool start()
    {
        const QString data = m_directory.filePath(QStringLiteral("data"));
        if (const passwd *user = unprivileged()) {
            m_user = user->pw_uid;
            m_group = user->pw_gid;
            if (chown(qPrintable(m_directory.path()), m_user, m_group) != 0)
                return false;
        }
        QProcess initdb;
        prepare(initdb);
        initdb.start(programs() + QStringLiteral("initdb"),
                     {QStringLiteral("-D"), data, QStringLiteral("-U"), QStringLiteral("postgres"),
                      QStringLiteral("-A"), QStringLiteral("trust"), QStringLiteral("-N"),
                      QStringLiteral("-E"), QStringLiteral("UTF8"), QStringLiteral("--locale=C")});
        if (!initdb.waitForFinished(60'000) || initdb.exitCode() != 0) {
            m_output = initdb.readAll();
            return false;
        }
        prepare(m_process);
        m_process.start(programs() + QStringLiteral("postgres"),
                        {QStringLiteral("-D"), data, QStringLiteral("-k"), m_directory.path(),
                         QStringLiteral("-c"), QStringLiteral("listen_addresses="),
                         QStringLiteral("-c"), QStringLiteral("fsync=off")});
        return QTest::qWaitFor([this] { return PQping(connection().constData()) == PQPING_OK; },
                               30'000);
    }

    ~PostgresServer()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        ::kill(static_cast<pid_t>(m_process.processId()), SIGINT); // fast shutdown
        m_process.waitForFinished(10'000);
    }

    [[nodiscard]] QByteArray host() const { return m_directory.path().toUtf8(); }
    [[nodiscard]] QByteArray output() const { return m_output; }

    // Several statements as the superuser; the fields of what they give, or the error.
    QByteArray execute(const QByteArray &sql) const
    {
        PGconn *connection = PQconnectdb(this->connection().constData());
        QByteArray out;
        PGresult *result = PQexec(connection, sql.constData());
        for (int row = 0; row < PQntuples(result); ++row) {
            for (int field = 0; field < PQnfields(result); ++field)
                out += QByteArray(PQgetvalue(result, row, field)) + '|';
        }
        if (PQresultStatus(result) == PGRES_FATAL_ERROR)
            out = PQresultErrorMessage(result);
        PQclear(result);
        PQfinish(connection);
        return out;
    }

private:
    static const passwd *unprivileged()
    {
        if (geteuid() != 0)
            return nullptr;
        const passwd *user = getpwnam("postgres");
        return user != nullptr ? user : getpwnam("nobody");
    }

    [[nodiscard]] QByteArray connection() const
    {
        return "host=" + host()
               + " user=postgres dbname=postgres options='-c client_min_messages=error'";
    }

    void prepare(QProcess &process) const
    {
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.setWorkingDirectory(m_directory.path());
        if (m_user == 0)
            return;
        process.setChildProcessModifier([user = m_user, group = m_group] {
            if (setgid(group) != 0 || setuid(user) != 0)
                _exit(1);
        });
    }

    QTemporaryDir m_directory;
    QProcess m_process;
    QByteArray m_output;
    uid_t m_user = 0; // 0: the test's own
    gid_t m_group = 0;
};

} // namespace provost::testing
