#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "hub/hub_fixture.h"

// One fault a test: each ends in one message that says what is wrong, and never shows half a model.

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using test::HubReply;
using test::HubRequest;
using test::HubTest;

class HubFault : public HubTest {
  protected:
    /// The download ends with an error of this kind that says these words, on one line; no model shows.
    void fails(ErrorCode code, const std::vector<std::string>& words) {
        const auto got = download();
        ASSERT_FALSE(got);
        const std::string text = got.error().text();
        EXPECT_EQ(got.error().code, code) << text;
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        EXPECT_TRUE(text.starts_with("apple/tiny")) << text;
        for (const auto& word : words) EXPECT_NE(text.find(word), std::string::npos) << word << "\n" << text;
        EXPECT_TRUE(nothingShows());
    }
    void listing(const std::string& from, const std::string& to) {
        std::string text = hub_.listing();
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << text;
        text.replace(at, from.size(), to);
        hub_.answer("/api/", HubReply{.body = text});
    }
    /// The most memory this process ever held, bytes.
    static std::int64_t peakMemory() {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return std::int64_t{usage.ru_maxrss} * 1024;
    }
    /// The honest answer with the weights' content, changed.
    void content(const std::function<void(HubReply&)>& change) {
        hub_.answer("/content/", [this, change](const HubRequest& request) {
            HubReply reply = hub_.honest(request);
            change(reply);
            return reply;
        });
    }
};

TEST_F(HubFault, NoSuchModelOrAPrivateOne) {
    hub_.answer("/api/",
                HubReply{.status = 401, .headers = {{"X-Error-Code", "RepoNotFound"}, {"WWW-Authenticate", "Bearer"}}});
    fails(ErrorCode::unreadable, {"no such model", "private", "HF_TOKEN", "401"});
}

TEST_F(HubFault, ATokenThatIsNotAccepted) {
    hub_.answer("/api/", HubReply{.status = 401, .headers = {{"WWW-Authenticate", "Bearer"}}});
    HubOptions options = HubTest::options();
    options.token = "hf_old";
    const auto planned = planDownload({.repository = "apple/tiny"}, options);
    ASSERT_FALSE(planned);
    EXPECT_NE(planned.error().text().find("does not accept the token in HF_TOKEN"), std::string::npos)
        << planned.error().text();
    EXPECT_EQ(planned.error().text().find("hf_old"), std::string::npos);
}

TEST_F(HubFault, AnAgreementIsAskedFor) {
    hub_.answer("/resolve/", HubReply{.status = 403, .headers = {{"X-Error-Code", "GatedRepo"}}});
    fails(ErrorCode::unreadable, {"agreement", "HF_TOKEN"});
}

TEST_F(HubFault, Forbidden) {
    hub_.answer("/api/", HubReply{.status = 403, .headers = {{"X-Error-Message", "This token may not read models."}}});
    fails(ErrorCode::unreadable, {"403", "This token may not read models."});
}

TEST_F(HubFault, NotFound) {
    hub_.answer("/api/", HubReply{.status = 404});
    fails(ErrorCode::unreadable, {"no such model", "404"});
}

TEST_F(HubFault, NoSuchRevision) {
    hub_.answer("/api/", HubReply{.status = 404, .headers = {{"X-Error-Code", "RevisionNotFound"}}});
    fails(ErrorCode::unreadable, {"no such revision"});
}

TEST_F(HubFault, AListedFileIsNotThere) {
    hub_.answer("/resolve/", HubReply{.status = 404, .headers = {{"X-Error-Code", "EntryNotFound"}}});
    fails(ErrorCode::unreadable, {"apple/tiny/config.json", "not there"});
}

TEST_F(HubFault, TooManyRequests) {
    hub_.answer("/api/", HubReply{.status = 429, .headers = {{"Retry-After", "37"}}});
    fails(ErrorCode::unreadable, {"429", "in 37 s"});
}

TEST_F(HubFault, TheHubIsDown) {
    hub_.answer("/content/", HubReply{.status = 503, .body = "<html>busy</html>"});
    fails(ErrorCode::unreadable, {"apple/tiny/model.safetensors", "503", "later"});
}

TEST_F(HubFault, AnotherStatusAndWhatTheHubSaysOfIt) {
    hub_.answer("/api/", HubReply{.status = 418, .headers = {{"X-Error-Message", "I am a teapot"}}});
    fails(ErrorCode::unreadable, {"418", "I am a teapot"});
}

TEST_F(HubFault, NobodyListens) {
    HubOptions options = HubTest::options();
    { options.endpoint = test::FakeHub().endpoint(); }
    const auto planned = planDownload({.repository = "apple/tiny"}, options);
    ASSERT_FALSE(planned);
    EXPECT_NE(planned.error().text().find("refuses the connection"), std::string::npos) << planned.error().text();
}

TEST_F(HubFault, NoSuchHost) {
    HubOptions options = HubTest::options();
    options.endpoint = "http://no-such-host.invalid";
    const auto planned = planDownload({.repository = "apple/tiny"}, options);
    ASSERT_FALSE(planned);
    EXPECT_NE(planned.error().text().find("no-such-host.invalid"), std::string::npos) << planned.error().text();
}

TEST_F(HubFault, ASilentServer) {
    hub_.answer("/api/", HubReply{.length = "100", .then = HubReply::Then::silence});
    HubOptions options = HubTest::options();
    options.patience = std::chrono::milliseconds(300);
    const auto planned = planDownload({.repository = "apple/tiny"}, options);
    ASSERT_FALSE(planned);
    EXPECT_NE(planned.error().text().find("did not answer for 1 s"), std::string::npos) << planned.error().text();
}

TEST_F(HubFault, RedirectsInCircles) {
    hub_.answer("/resolve/", [this](const HubRequest& request) {
        return HubReply{.status = 307, .headers = {{"Location", hub_.endpoint() + request.path + "x"}}};
    });
    fails(ErrorCode::unreadable, {"circles"});
    EXPECT_LE(hub_.requests().size(), 12U);
}

TEST_F(HubFault, RedirectsToAFileOfThisComputer) {
    hub_.answer("/resolve/", HubReply{.status = 302, .headers = {{"Location", "file:///etc/hostname"}}});
    fails(ErrorCode::unreadable, {"redirects", "not followed", "file:///etc/hostname"});
}

TEST_F(HubFault, AConnectionThatBringsNothing) {
    content([](HubReply& reply) {
        reply.length = std::to_string(reply.body.size());
        reply.body.clear();
        reply.then = HubReply::Then::drop;
    });
    // Qt may see the connection close, or the body end, first.
    fails(ErrorCode::unreadable, {"apple/tiny/model.safetensors"});
    EXPECT_GE(contentRequests(), 1);
    EXPECT_LE(contentRequests(), 4);  // Qt makes up to three again by itself, where the connection had served before
}

TEST_F(HubFault, AConnectionThatDropsAgainAndAgain) {
    content([](HubReply& reply) {
        reply.length = std::to_string(reply.body.size());
        reply.body.resize(50'000);
    });
    fails(ErrorCode::unreadable, {"apple/tiny/model.safetensors", "kept"});
    EXPECT_GE(contentRequests(), 5);  // Qt makes some again by itself
    EXPECT_LE(contentRequests(), 20);
    EXPECT_EQ(fs::file_size(partial()), 250'000U);
    EXPECT_EQ(contentOf(partial()), weights_.substr(0, 250'000));
}

TEST_F(HubFault, ABodyThatEndsEarlyWithoutAnAnnouncedLength) {
    content([](HubReply& reply) {
        reply.length = "";
        reply.body.resize(1000);
        reply.status = 200;
    });
    fails(ErrorCode::unreadable, {"ended after 1000 of 3000000 bytes"});
}

TEST_F(HubFault, AnotherSizeThanListed) {
    content([](HubReply& reply) { reply.body += "more"; });
    fails(ErrorCode::corrupt, {"3000004 bytes where 3000000"});
    EXPECT_EQ(fs::file_size(partial()), 0U);
}

TEST_F(HubFault, AnAbsurdContentLength) {
    content([](HubReply& reply) { reply.length = "9000000000000000000"; });
    fails(ErrorCode::corrupt, {"9000000000000000000 bytes"});
}

TEST_F(HubFault, AContentLengthThatIsNoNumber) {
    content([](HubReply& reply) { reply.length = "99999999999999999999999"; });
    fails(ErrorCode::corrupt, {"model.safetensors"});
}

TEST_F(HubFault, AnEndlessBody) {
    content([](HubReply& reply) {
        reply.length = "";
        reply.then = HubReply::Then::endless;
    });
    const auto before = peakMemory();
    fails(ErrorCode::corrupt, {"more than the 3000000 bytes"});
    EXPECT_LE(fs::file_size(partial()), 3'000'000U);
    EXPECT_LT(peakMemory() - before, 30'000'000);
}

TEST_F(HubFault, AnotherPartThanAskedFor) {
    writeFile(partial(), weights_.substr(0, 1000));
    content([](HubReply& reply) { reply.headers = {{"Content-Range", "bytes 0-2998999/3000000"}}; });
    fails(ErrorCode::corrupt, {"another part"});
}

TEST_F(HubFault, OneBitOfALargeFileIsWrong) {
    content([](HubReply& reply) { reply.body[1'500'000] ^= 4; });
    fails(ErrorCode::corrupt, {"model.safetensors", "SHA-256", "deleted"});
    EXPECT_FALSE(fs::exists(partial()));
}

TEST_F(HubFault, OneBitOfASmallFileIsWrong) {
    hub_.answer("/resolve/" + hub_.commit() + "/config.json", HubReply{.body = R"({"model_type": "mobilevis"})"});
    fails(ErrorCode::corrupt, {"config.json", "SHA-1", "deleted"});
}

TEST_F(HubFault, TheLeftoverOfAnInterruptedDownloadIsDamaged) {
    writeFile(partial(), std::string(1000, 'x'));
    fails(ErrorCode::corrupt, {"SHA-256"});
    EXPECT_FALSE(fs::exists(partial()));
    ASSERT_TRUE(download());
}

TEST_F(HubFault, AnotherProgramIsAtIt) {
    const fs::path locks = options().cache / ".locks" / "models--apple--tiny";
    fs::create_directories(locks);
    const int lock = ::open((locks / (hub_.digest("model.safetensors") + ".lock")).c_str(), O_RDWR | O_CREAT, 0666);
    ASSERT_EQ(flock(lock, LOCK_EX), 0);
    fails(ErrorCode::unreadable, {"model.safetensors", "another program"});
    close(lock);
    EXPECT_TRUE(download());
}

TEST_F(HubFault, ADiskWithoutRoomForTheDownload) {
    if (fs::space(cache_.path()).available > 1'000'000'000'000) GTEST_SKIP() << "this disk has room for a terabyte";
    listing("\"size\":3000000,\"pointerSize\"", "\"size\":999999999999,\"pointerSize\"");
    fails(ErrorCode::unreadable, {"1000001 MB", "left", "HF_HOME"});
    EXPECT_EQ(hub_.requests().size(), 1U);
}

TEST_F(HubFault, ADiskThatFillsUpMeanwhile) {
    // A limit on file sizes fails a write half-way, as a full disk does.
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 1'000'000;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    fails(ErrorCode::unreadable, {"was not written", ".incomplete", "kept"});
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(contentRequests(), 1);
    const auto got = download();
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(contentOf(*got / "model.safetensors"), weights_);
}

TEST_F(HubFault, ACacheThatCannotBeWritten) {
    cache_.write("hub", "a file where the folder should be");
    fails(ErrorCode::unreadable, {"was not written", "hub/models--apple--tiny"});
}

TEST_F(HubFault, ANameThatLeadsOutOfTheFolder) {
    listing("README.md", "../../../.bashrc");
    fails(ErrorCode::corrupt, {"outside the model's folder", "../../../.bashrc"});
    EXPECT_EQ(hub_.requests().size(), 1U);
}

TEST_F(HubFault, ADigestThatLeadsOutOfTheFolder) {
    listing(hub_.digest("model.safetensors"), "../../../../evil");
    fails(ErrorCode::corrupt, {"no digest of model.safetensors"});
}

TEST_F(HubFault, ACommitThatLeadsOutOfTheFolder) {
    listing(hub_.commit(), "../../../../evil");
    fails(ErrorCode::corrupt, {"commit"});
}

TEST_F(HubFault, AnAnswerThatIsNoListing) {
    for (const char* body : {"", "<html>", "[]", "{}", "{\"sha\": 1, \"siblings\": []}", "{\"sha\": \"", "null"}) {
        hub_.answer("/api/", HubReply{.body = body});
        fails(ErrorCode::corrupt, {"the hub's answer"});
    }
}

TEST_F(HubFault, AnEndlessListing) {
    hub_.answer("/api/", HubReply{.body = std::string(100'000, ' '), .length = "", .then = HubReply::Then::endless});
    fails(ErrorCode::corrupt, {"larger than any model's list"});
    EXPECT_LT(hub_.bytesSent(), 20'000'000);
}

TEST_F(HubFault, AListingThatNestsWithoutEnd) {
    hub_.answer("/api/", HubReply{.body = "{\"siblings\":" + std::string(1'000'000, '[')});
    fails(ErrorCode::corrupt, {"larger than any"});
}

TEST_F(HubFault, AListingThatWouldFillTheMemory) {
    std::string body = "{\"sha\":\"" + hub_.commit() + "\",\"siblings\":[";
    while (body.size() < 7'900'000) body += "{},";
    hub_.answer("/api/", HubReply{.body = body + "{}]}"});
    const auto before = peakMemory();
    fails(ErrorCode::corrupt, {"larger than any"});
    EXPECT_LT(peakMemory() - before, 100'000'000);
}

}  // namespace
}  // namespace mantissa
