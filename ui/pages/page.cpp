#include "pages/page.h"

namespace mantissa::ui {

Page::Page(Session& session, QWidget* parent) : QWidget(parent), session_(session) { setProperty("role", "page"); }

}  // namespace mantissa::ui
