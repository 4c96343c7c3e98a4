#include <gtest/gtest.h>

#include <string>

#include "storage/hub_name.h"

namespace mantissa {
namespace {

TEST(HubName, ReadsModelsAndRevisions) {
    const struct {
        const char *text, *repository, *revision;
    } names[]{
        {"apple/mobilevit-small", "apple/mobilevit-small", "main"},
        {"apple/mobilevit-small@v1.0", "apple/mobilevit-small", "v1.0"},
        {"apple/mobilevit-small@refs/pr/3", "apple/mobilevit-small", "refs/pr/3"},
        {"gpt2", "gpt2", "main"},
        {"Org_1/a.b-c_d", "Org_1/a.b-c_d", "main"},
        {"https://huggingface.co/apple/mobilevit-small", "apple/mobilevit-small", "main"},
        {"huggingface.co/apple/mobilevit-small/", "apple/mobilevit-small", "main"},
        {"https://huggingface.co/apple/mobilevit-small/tree/v1.0", "apple/mobilevit-small", "v1.0"},
        {"https://hf.co/apple/mobilevit-small/blob/main/config.json?download=true", "apple/mobilevit-small", "main"},
    };
    for (const auto& name : names) {
        const auto read = parseHubName(name.text);
        ASSERT_TRUE(read) << name.text;
        EXPECT_EQ(read->repository, name.repository) << name.text;
        EXPECT_EQ(read->revision, name.revision) << name.text;
    }
}

TEST(HubName, RefusesWhatCouldLeadElsewhere) {
    for (const std::string& text : {std::string(),
                                    std::string("/"),
                                    std::string("a/"),
                                    std::string("/b"),
                                    std::string("a/b/c"),
                                    std::string("../b"),
                                    std::string("a/.."),
                                    std::string("a/.b"),
                                    std::string("a--b/c"),
                                    std::string("a/b--c"),
                                    std::string("a/b c"),
                                    std::string("a/b?x=1"),
                                    std::string("a/b%2f"),
                                    std::string("a/b\n"),
                                    std::string("a/ü"),
                                    std::string("a/b.git"),
                                    std::string("a/b@"),
                                    std::string("a/b@../../x"),
                                    std::string("a/b@x/../../y"),
                                    std::string("a/b@/x"),
                                    std::string("a/b@.x"),
                                    std::string("a/b@x y"),
                                    std::string("a/b@-x"),
                                    std::string("a/b@x@{1}:y"),
                                    std::string("https://example.org/a/b"),
                                    "a/" + std::string(97, 'b'),
                                    "a/b@" + std::string(201, 'c'),
                                    std::string("a/b\0c", 5)}) {
        const auto read = parseHubName(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::invalidArgument);
    }
}

}  // namespace
}  // namespace mantissa
