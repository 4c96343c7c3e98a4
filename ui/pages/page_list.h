#pragma once

#include <vector>

namespace mantissa::ui {

class Page;
class Session;

/// Every page of the window, in the order of the rail. The window takes them over.
std::vector<Page*> makePages(Session& session);

}  // namespace mantissa::ui
