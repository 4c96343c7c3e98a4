#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "hub_options.h"
#include "storage/hub_name.h"

namespace mantissa {
namespace {

class HubVariables : public testing::Test {
  protected:
    HubVariables() {
        for (const char* name : {"HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
            unsetenv(name);
        setenv("HF_HOME", "/somewhere", 1);
    }
    ~HubVariables() override {
        for (const char* name : {"HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "HF_HOME"}) unsetenv(name);
    }
};

TEST_F(HubVariables, NothingSet) {
    const auto options = hubOptionsFromEnvironment();
    ASSERT_TRUE(options);
    EXPECT_EQ(options->endpoint, "https://huggingface.co");
    EXPECT_EQ(options->host(), "huggingface.co");
    EXPECT_EQ(options->token, "");
    EXPECT_EQ(options->cache, "/somewhere/hub");
}

TEST_F(HubVariables, AnotherHubAndAToken) {
    setenv("HF_ENDPOINT", "http://hub.example:8080/mirror/", 1);
    setenv("HF_TOKEN", " hf_secret\n", 1);
    const auto options = hubOptionsFromEnvironment();
    ASSERT_TRUE(options);
    EXPECT_EQ(options->endpoint, "http://hub.example:8080/mirror");
    EXPECT_EQ(options->host(), "hub.example:8080");
    EXPECT_EQ(options->token, "hf_secret");
}

TEST_F(HubVariables, WhatCannotBeMeant) {
    for (const char* endpoint : {"huggingface.co", "file:///etc", "ftp://hub.example", "https://",
                                 "https://me:pass@hub.example", "https://hub.example/?a=b"}) {
        setenv("HF_ENDPOINT", endpoint, 1);
        const auto options = hubOptionsFromEnvironment();
        ASSERT_FALSE(options) << endpoint;
        EXPECT_EQ(options.error().code, ErrorCode::invalidArgument);
        EXPECT_TRUE(options.error().text().starts_with("HF_ENDPOINT: ")) << options.error().text();
    }
    unsetenv("HF_ENDPOINT");
    setenv("HF_TOKEN", "hf_a\r\nX-Evil: 1", 1);
    const auto options = hubOptionsFromEnvironment();
    ASSERT_FALSE(options);
    EXPECT_TRUE(options.error().text().starts_with("HF_TOKEN: ")) << options.error().text();
    EXPECT_EQ(options.error().text().find("hf_a"), std::string::npos);
}

TEST_F(HubVariables, OfflineForbidsTheNetwork) {
    for (const char* on : {"1", "true", "YES", "on"}) {
        setenv("HF_HUB_OFFLINE", on, 1);
        const auto options = hubOptionsFromEnvironment();
        ASSERT_FALSE(options) << on;
        EXPECT_EQ(options.error().where, "HF_HUB_OFFLINE");
    }
    setenv("HF_HUB_OFFLINE", "0", 1);
    EXPECT_TRUE(hubOptionsFromEnvironment());
}

TEST(SuggestedModels, AreNamesOfModels) {
    for (const auto& model : kSuggestedModels) {
        const auto name = parseHubName(model.name);
        ASSERT_TRUE(name) << model.name;
        EXPECT_EQ(name->text(), model.name);
    }
}

}  // namespace
}  // namespace mantissa
