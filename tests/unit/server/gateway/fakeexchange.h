// FakeExchange: an Exchange without a connection. What was answered stays in an Answer of the test; messages are told to
// `heard` as well.
// Thread: one.
#pragma once

#include "server/gateway/exchange.h"
#include "server/gateway/httpgrammar.h"

#include <optional>

class FakeExchange final : public provost::gateway::Exchange
{
public:
    struct Event
    {
        QByteArray data;
        QByteArray id;
        QByteArray event;
    };
    struct Answer
    {
        provost::gateway::HttpReply reply{0, {}, {}}; // status 0: not answered
        bool streaming = false;
        bool ended = false;
        std::vector<Event> events;
        QByteArray primed; // id of the event without data that came first
        std::chrono::milliseconds retry{0};
        int comments = 0;
        qint64 bytesWaiting = 0; // set by the test: a client that takes nothing

        [[nodiscard]] QByteArray header(QByteArrayView name) const
        {
            for (const provost::gateway::Header &header : reply.headers) {
                if (provost::gateway::equalIgnoringCase(header.name, name))
                    return header.value;
            }
            return {};
        }
    };

    using Heard = std::function<void(QByteArrayView message)>;

    FakeExchange(
        provost::gateway::HttpRequest request, Answer &answer, Heard heard = [](QByteArrayView) {})
        : m_request(std::move(request))
        , m_answer(answer)
        , m_heard(std::move(heard))
    {
    }

    // The client goes.
    void close()
    {
        m_open = false;
        if (const auto callback = std::exchange(m_onClosed, nullptr))
            callback();
    }

    [[nodiscard]] const provost::gateway::HttpRequest &request() const override
    {
        return m_request;
    }
    [[nodiscard]] bool isOpen() const override { return m_open; }
    void onClosed(std::function<void()> callback) override { m_onClosed = std::move(callback); }
    void reply(provost::gateway::HttpReply reply) override
    {
        m_answer.reply = std::move(reply);
        if (m_answer.header("Content-Type") == "application/json")
            m_heard(m_answer.reply.body);
    }
    void startEvents(std::vector<provost::gateway::Header> extraHeaders) override
    {
        m_answer.reply.status = 200;
        m_answer.reply.headers = std::move(extraHeaders);
        m_answer.streaming = true;
    }
    void sendEvent(QByteArrayView data, QByteArrayView id, QByteArrayView event) override
    {
        if (data.isEmpty() && m_answer.events.empty()) {
            m_answer.primed = id.toByteArray();
            return;
        }
        m_answer.events.push_back({data.toByteArray(), id.toByteArray(), event.toByteArray()});
        m_heard(data);
    }
    void sendComment(QByteArrayView) override { ++m_answer.comments; }
    void sendRetry(std::chrono::milliseconds retry) override { m_answer.retry = retry; }
    void endEvents() override { m_answer.ended = true; }
    [[nodiscard]] qint64 bytesWaiting() const override { return m_answer.bytesWaiting; }

private:
    const provost::gateway::HttpRequest m_request;
    Answer &m_answer;
    const Heard m_heard;
    bool m_open = true;
    std::function<void()> m_onClosed;
};
