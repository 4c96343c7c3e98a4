#pragma once

#include <QWidget>
#include <vector>

#include "theme/icons.h"

namespace mantissa::ui {

class Chart;
class Session;
struct FormatsState;

/// How long a page shows the last result unchanged, in ms, before it says that it computes.
inline constexpr int kComputingAfter = 150;

/// Layout class of the window: below 1240 px cards become tabs and the rail shows icons only.
enum class WidthClass { wide, narrow };

/// One entry of the left rail. A page takes what it shows from the session's signals (modelChanged, compareReady,
/// memoryReady, those of its folder) and asks it for work; it never calls a study itself.
class Page : public QWidget {
    Q_OBJECT

  public:
    explicit Page(Session& session, QWidget* parent = nullptr);

    virtual QString title() const = 0;
    virtual Glyph icon() const = 0;
    /// Every chart on the page, in reading order, for "Export all charts"; those with nothing to draw are left out
    /// there.
    virtual std::vector<Chart*> charts() const = 0;
    /// Called when the page comes to the front and when the window's width class changes.
    virtual void onShown() {}
    virtual void setWidthClass(WidthClass) {}
    /// On the projector, and back from it: what is read from afar is drawn larger there.
    virtual void setProjected(bool) {}
    /// Whether Run (F5) has something to do here, and that: a comparison, unless the page has work of its own.
    virtual bool canRun() const;
    virtual void run();
    /// The line at the left of the status bar while the page is in front; empty for the session's own.
    virtual QString statusText() const { return {}; }

    Session& session() const { return session_; }

  signals:
    void statusTextChanged();
    /// The page has opened a picture to be compared: show the Compare page.
    void comparisonRequested();
    /// Show a value bit by bit, on the Formats page.
    void formatsRequested(const mantissa::ui::FormatsState& state);

  private:
    Session& session_;
};

}  // namespace mantissa::ui
