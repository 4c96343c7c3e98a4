#include "pages/page.h"

#include "session/session.h"

namespace mantissa::ui {

Page::Page(Session& session, QWidget* parent) : QWidget(parent), session_(session) { setProperty("role", "page"); }

bool Page::canRun() const { return session_.model() && session_.image(); }
void Page::run() { session_.run(); }

}  // namespace mantissa::ui
