#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mantissa::test {

/// A request as it reached the server.
struct HubRequest {
    std::string path;  ///< with the query
    std::string host, authorization, range;
};

/// An answer, right or wrong.
struct HubReply {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    /// Instead of the body's own length; "" leaves Content-Length out.
    std::string length = "right";
    enum class Then {
        close,
        drop,     ///< resets the connection after the body
        silence,  ///< sends nothing more and keeps the connection
        endless   ///< repeats the body for as long as it is taken
    } then = Then::close;
    int pauseMs = 0;  ///< between pieces of 16 kB
};

/// A server on this computer that answers as the hub does, for one model. Large files redirect to a second address, as
/// the hub's do. Runs in a thread of its own. Tests replace answers to make it misbehave.
class FakeHub {
  public:
    enum class Storage { git, lfs };

    explicit FakeHub(std::string repository = "apple/tiny");
    ~FakeHub();
    FakeHub(const FakeHub&) = delete;
    FakeHub& operator=(const FakeHub&) = delete;

    std::string endpoint() const;   ///< "http://127.0.0.1:PORT"
    std::string elsewhere() const;  ///< the same server under another address
    const std::string& commit() const;

    /// What its configuration is said to name; a MobileViT unless told otherwise.
    void describe(const std::string& modelType, const std::string& architecture);
    void add(const std::string& name, std::string content, Storage storage);
    /// SHA-256 or Git's SHA-1 of a file's content, as the listing gives it.
    std::string digest(const std::string& name) const;
    std::string listing() const;

    /// What answers requests whose path contains `part`, instead of the hub's own answer; the newest that fits counts.
    void answer(const std::string& part, std::function<HubReply(const HubRequest&)> with);
    void answer(const std::string& part, HubReply with);
    /// How the hub would have answered.
    HubReply honest(const HubRequest& request) const;

    std::vector<HubRequest> requests() const;
    std::int64_t bytesSent() const;

  private:
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace mantissa::test
