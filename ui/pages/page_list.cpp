#include "pages/page_list.h"

#include "pages/compare_page.h"

namespace mantissa::ui {

std::vector<Page*> makePages(Session& session) {
    return {
        new ComparePage(session),
    };
}

}  // namespace mantissa::ui
