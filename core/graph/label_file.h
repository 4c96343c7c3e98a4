#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "result.h"

namespace mantissa {

/// Names of classes by index, from a text file of one name a line. Where every line begins with an identifier of
/// WordNet ("n01440764 tench"), as ImageNet's lists have them, it is left out. Of a Hugging Face `config.json` its
/// id2label is taken. Errors name the file, and the line.
Result<std::vector<std::string>> readLabelFile(const std::filesystem::path& path);

}  // namespace mantissa
