#include <chrono>
#include <thread>

#include "hub/hub_fixture.h"
#include "storage/hub_cache.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::HubReply;
using test::HubRequest;
using test::HubTest;

using HubDownload = HubTest;

TEST_F(HubDownload, PlansWhatMantissaOpensAndFetchesNothingForIt) {
    const auto planned = plan();
    ASSERT_TRUE(planned) << planned.error().text();
    EXPECT_EQ(planned->commit, hub_.commit());
    EXPECT_EQ(planned->architecture, "MobileViTForImageClassification");
    EXPECT_FALSE(planned->problem);
    std::vector<std::string> names;
    for (const auto& file : planned->files) names.push_back(file.file.name);
    EXPECT_EQ(names, (std::vector<std::string>{"config.json", "preprocessor_config.json", "model.safetensors"}));
    EXPECT_EQ(planned->files[2].file.bytes, 3'000'000);
    EXPECT_EQ(planned->bytesToFetch(), planned->bytes());
    EXPECT_EQ(hub_.requests().size(), 1U);
    EXPECT_FALSE(fs::exists(options().cache));
}

TEST_F(HubDownload, SaysBeforeFetchingThatAnArchitectureDoesNotRun) {
    std::string listing = hub_.listing();
    listing.replace(listing.find("MobileViTForImage"), 17, "BertForSequence");
    listing.replace(listing.find("\"mobilevit\""), 11, "\"bert\"");
    hub_.answer("/api/", HubReply{.body = listing});
    const auto planned = plan();
    ASSERT_TRUE(planned) << planned.error().text();
    EXPECT_EQ(planned->architecture, "BertForSequenceClassification");
    ASSERT_TRUE(planned->problem);
    EXPECT_EQ(planned->problem->code, ErrorCode::unsupported);
    const std::string load = "from_pretrained(\"" + planned->name.repository + "\").eval()`";
    EXPECT_NE(planned->problem->message.find(load), std::string::npos) << planned->problem->message;
    EXPECT_NE(planned->problem->message.find("torch.zeros(1, 3, *2 * [getattr(model.config, \"image_size\", 224)])"),
              std::string::npos)
        << planned->problem->message;
}

TEST_F(HubDownload, LeavesTheCacheAsHuggingFaceHubDoes) {
    std::int64_t last = 0, total = 0;
    const auto got = download({}, [&](const ProgressUpdate& update) {
        EXPECT_GE(update.done, last);
        last = update.done;
        total = update.total;
    });
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(*got, folder() / "snapshots" / hub_.commit());
    EXPECT_EQ(contentOf(folder() / "refs" / "main"), hub_.commit());
    EXPECT_EQ(total, 3'000'000 + 27 + 19);
    EXPECT_EQ(last, total);
    for (const char* name : {"config.json", "preprocessor_config.json", "model.safetensors"}) {
        EXPECT_EQ(fs::read_symlink(*got / name), fs::path("../../blobs") / hub_.digest(name)) << name;
        EXPECT_TRUE(fs::is_regular_file(*got / name)) << name;
    }
    EXPECT_EQ(contentOf(*got / "model.safetensors"), weights_);
    std::set<std::string> blobs, top;
    for (const auto& entry : fs::directory_iterator(folder() / "blobs")) blobs.insert(entry.path().filename());
    for (const auto& entry : fs::directory_iterator(folder())) top.insert(entry.path().filename());
    EXPECT_EQ(blobs, (std::set{hub_.digest("config.json"), hub_.digest("preprocessor_config.json"),
                               hub_.digest("model.safetensors")}));
    EXPECT_EQ(top, (std::set<std::string>{"blobs", "refs", "snapshots"}));
    const auto cached = cachedModels(options().cache);
    ASSERT_EQ(cached.size(), 1U);
    EXPECT_EQ(cached[0].repository, "apple/tiny");
    EXPECT_EQ(cached[0].refs, std::vector<std::string>{"main"});
}

TEST_F(HubDownload, FetchesNothingTwice) {
    ASSERT_TRUE(download());
    const auto before = hub_.requests().size();
    const auto planned = plan();
    ASSERT_TRUE(planned);
    EXPECT_EQ(planned->bytesToFetch(), 0);
    ASSERT_TRUE(downloadModel(*planned, options()));
    EXPECT_EQ(hub_.requests().size(), before + 1);  // the listing
}

TEST_F(HubDownload, GoesOnWhereAnInterruptedDownloadEnded) {
    writeFile(partial(), std::string_view(weights_).substr(0, 1'234'567));
    const auto planned = plan();
    ASSERT_TRUE(planned);
    EXPECT_EQ(planned->bytes() - planned->bytesToFetch(), 1'234'567);
    const auto got = downloadModel(*planned, options());
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(hub_.requests().back().range, "bytes=1234567-");
    EXPECT_EQ(contentOf(*got / "model.safetensors"), weights_);
}

TEST_F(HubDownload, BeginsAgainWhereTheServerSendsTheWhole) {
    writeFile(partial(), std::string_view(weights_).substr(0, 1'000'000));
    hub_.answer("/content/", HubReply{.body = weights_});
    const auto got = download();
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(contentOf(*got / "model.safetensors"), weights_);
}

TEST_F(HubDownload, MakesADroppedConnectionAgainAsLongAsItBringsSomething) {
    hub_.answer("/content/", [this](const HubRequest& request) {
        HubReply reply = hub_.honest(request);
        reply.length = std::to_string(reply.body.size());
        if (reply.body.size() > 1'000'000) reply.body.resize(1'000'000);
        return reply;
    });
    const auto got = download();
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(contentOf(*got / "model.safetensors"), weights_);
    EXPECT_GE(contentRequests(), 3);  // Qt makes some again by itself
}

TEST_F(HubDownload, TakesAModelInParts) {
    test::FakeHub hub("org/parts");
    hub.add("config.json", "{}", test::FakeHub::Storage::git);
    hub.add("model.safetensors.index.json", R"({"weight_map": {}})", test::FakeHub::Storage::git);
    hub.add("model-00001-of-00002.safetensors", std::string(1000, 'a'), test::FakeHub::Storage::lfs);
    hub.add("model-00002-of-00002.safetensors", std::string(2000, 'b'), test::FakeHub::Storage::lfs);
    hub.add("pytorch_model.bin", "pickle", test::FakeHub::Storage::lfs);
    HubOptions options = HubTest::options();
    options.endpoint = hub.endpoint();
    const auto planned = planDownload({.repository = "org/parts", .revision = "refs/pr/3"}, options);
    ASSERT_TRUE(planned) << planned.error().text();
    EXPECT_EQ(hub.requests().back().path, "/api/models/org/parts/revision/refs%2Fpr%2F3?blobs=true");
    const auto got = downloadModel(*planned, options);
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(contentOf(*got / "model-00002-of-00002.safetensors"), std::string(2000, 'b'));
    EXPECT_FALSE(fs::exists(*got / "pytorch_model.bin"));
    EXPECT_EQ(contentOf(options.cache / "models--org--parts" / "refs" / "refs" / "pr" / "3"), hub.commit());
}

TEST_F(HubDownload, ASecondCommitSharesWhatIsTheSame) {
    ASSERT_TRUE(download());
    std::string listing = hub_.listing();
    const std::string commit(40, 'd');
    listing.replace(listing.find(hub_.commit()), 40, commit);
    hub_.answer("/api/", HubReply{.body = listing});
    const auto got = download();
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(got->filename(), commit);
    EXPECT_EQ(contentRequests(), 1);
    EXPECT_EQ(contentOf(folder() / "refs" / "main"), commit);
}

TEST_F(HubDownload, AddsToASnapshotThatPythonBegan) {
    const fs::path snapshot = folder() / "snapshots" / hub_.commit();
    writeFile(snapshot / "README.md", "# Tiny");
    writeFile(snapshot / "config.json", "an older one");
    const auto got = download();
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(contentOf(snapshot / "README.md"), "# Tiny");
    EXPECT_EQ(contentOf(snapshot / "config.json"), R"({"model_type": "mobilevit"})");
    EXPECT_EQ(std::distance(fs::directory_iterator(snapshot), {}), 4);
}

TEST_F(HubDownload, TheTokenGoesToTheHubAlone) {
    HubOptions options = HubTest::options();
    options.token = "hf_secret";
    const auto planned = planDownload({.repository = "apple/tiny"}, options);
    ASSERT_TRUE(planned);
    ASSERT_TRUE(downloadModel(*planned, options));
    int toHub = 0, elsewhere = 0;
    for (const auto& request : hub_.requests()) {
        const bool hub = request.host.starts_with("127.0.0.1:");
        (hub ? toHub : elsewhere) += 1;
        EXPECT_EQ(request.authorization, hub ? "Bearer hf_secret" : "") << request.path;
    }
    EXPECT_EQ(toHub, 4);
    EXPECT_EQ(elsewhere, 1);
}

TEST_F(HubDownload, CancellingStopsAtOnceAndKeepsWhatCame) {
    hub_.answer("/content/", [this](const HubRequest& request) {
        HubReply reply = hub_.honest(request);
        reply.pauseMs = 5;
        return reply;
    });
    std::stop_source stop;
    const auto got = download(stop.get_token(), [&](const ProgressUpdate& update) {
        if (update.done < 200'000 || stop.stop_requested()) return;
        stop.request_stop();
    });
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::cancelled);
    EXPECT_GE(fs::file_size(partial()), 190'000U);
    EXPECT_LT(fs::file_size(partial()), weights_.size());
    EXPECT_TRUE(nothingShows());
    hub_.answer("/content/", [this](const HubRequest& request) { return hub_.honest(request); });
    const auto again = download();
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(contentOf(*again / "model.safetensors"), weights_);
}

TEST_F(HubDownload, AnotherThreadCancelsASilentServer) {
    hub_.answer("/api/", HubReply{.length = "100", .then = HubReply::Then::silence});
    HubOptions options = HubTest::options();
    options.patience = 60s;
    std::stop_source stop;
    std::jthread other([&] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    });
    const auto planned = planDownload({.repository = "apple/tiny"}, options, stop.get_token());
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().code, ErrorCode::cancelled);
}

TEST_F(HubDownload, RunsOnAThreadWithoutAnEventLoop) {
    std::jthread worker([this] {
        const auto got = download();
        ASSERT_TRUE(got) << got.error().text();
        EXPECT_EQ(contentOf(*got / "model.safetensors"), weights_);
    });
}

}  // namespace
}  // namespace mantissa
