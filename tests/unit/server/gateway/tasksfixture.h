// TasksFixture: an McpFixture with an endpoint that offers tasks. What is done with a task is done at once, as the governed
// call would; calls go the fixture's own way.
// Thread: the test's.
#pragma once

#include "server/tasks/taskkeeper.h"
#include "tests/support/await.h"
#include "tests/unit/server/gateway/mcpfixture.h"

#include <QTemporaryDir>

namespace provost::testing {

class TasksFixture : public McpFixture
{
public:
    explicit TasksFixture(tasks::TaskLimits limits)
        : keeper(dataDirectory(), clock, limits)
    {
        services.tasks = &keeper;
        services.isServed = [this](const TenantId &) { return served; };
        services.run = [this, plain = services.run](calls::CallRequest request) {
            return runOrAct(plain, std::move(request));
        };
        tasksEndpoint = std::make_unique<gateway::McpEndpoint>(
            services, gateway::OriginPolicy({"127.0.0.1", 8080}, {}));
    }
    TasksFixture(const TasksFixture &) = delete;
    TasksFixture &operator=(const TasksFixture &) = delete;

    Sent say(QByteArray httpMethod, QByteArray text, Headers headers)
    {
        gateway::HttpRequest request;
        request.method = std::move(httpMethod);
        request.path = "/mcp";
        request.headers = listOf(headers);
        request.headers.add("Host", "127.0.0.1:8080");
        request.body = std::move(text);
        request.peerAddress = "127.0.0.1";
        request.received = clock.monotonic();
        return send(std::move(request), *tasksEndpoint);
    }
    static Sent answered(Sent sent)
    {
        if (!QTest::qWaitFor([&] { return sent.status() != 0 || sent.answer->ended; }, 5'000))
            qFatal("no answer");
        return sent;
    }
    void waitUntilIdle() const
    {
        if (!QTest::qWaitFor([&] { return tasksEndpoint->isIdle(); }, 5'000))
            qFatal("a task did not end");
    }

private:
    std::filesystem::path dataDirectory()
    {
        const std::filesystem::path data(m_directory.path().toStdString());
        for (const char *tenant : {"acme-corp", "beta-inc"})
            std::filesystem::create_directories(data / "tenants" / tenant);
        return data;
    }
    using Run = std::function<Task<calls::CallReply>(calls::CallRequest)>;
    Task<calls::CallReply> runOrAct(Run plain, calls::CallRequest request)
    {
        if (request.givenUp) { // nothing is executed
            requests.push_back(request);
            co_return calls::CallReply{.value = *request.givenUp};
        }
        if (!request.act) {
            ++running;
            calls::CallReply replied = co_await plain(std::move(request));
            --running;
            co_return replied;
        }
        acts.push_back(request);
        const auto acted = co_await request.act(*services.authenticate(request.credential));
        if (acted)
            co_return calls::CallReply{.value = Json::object()};
        co_return calls::CallReply{.value =
                                       calls::Refusal{.code = acted.error().code,
                                                      .reason = acted.error().message.toUtf8()}};
    }

    QTemporaryDir m_directory;

public:
    bool served = true;
    int running = 0;                      // calls
    std::vector<calls::CallRequest> acts; // task_update, task_cancel
    tasks::TaskKeeper keeper;
    std::unique_ptr<gateway::McpEndpoint> tasksEndpoint;
};

} // namespace provost::testing
