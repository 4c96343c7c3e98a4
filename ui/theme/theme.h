#pragma once

#include <QFont>
#include <QObject>
#include <QPalette>

#include "theme/format_look.h"
#include "theme/tokens.h"

class QDBusVariant;

namespace mantissa::ui {

enum class ThemeMode { system, light, dark };

/// The look of the running program: Fusion, a palette and one style sheet a scheme. Everything that paints asks it for
/// colours and repaints on `changed`.
class Theme final : public QObject {
    Q_OBJECT

  public:
    static Theme& instance();

    /// Takes over the application's style, palette, font and style sheet. Call once, after QApplication is made.
    void install();

    ThemeMode mode() const { return mode_; }
    void setMode(ThemeMode mode);
    Scheme scheme() const { return scheme_; }

    const Tokens& tokens() const { return ui::tokens(scheme_); }
    const BitTokens& bits() const { return bitTokens(scheme_); }
    QColor formatColor(const Format& format) const { return lookOf(format).color(scheme_); }

  signals:
    /// Scheme, and with it every colour, is another now.
    void changed();

  private slots:
    void onPortalSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    Theme();
    void askPortal();
    void setPortalValue(uint value);
    void update();
    void apply();
    Scheme systemScheme() const;

    ThemeMode mode_ = ThemeMode::system;
    Scheme scheme_ = Scheme::light;
    Scheme paletteScheme_ = Scheme::light;  ///< of the palette that the platform gave the application
    uint portalValue_ = 0;  ///< org.freedesktop.appearance color-scheme: 0 no preference, 1 dark, 2 light
    bool installed_ = false;
};

/// The style sheet of a scheme.
QString styleSheet(const Tokens& tokens);

/// Fonts of the design: Inter for words, JetBrains Mono for numbers, hex and bits, the system's where these are
/// missing.
enum class FontRole { words, numbers };
enum class FontWeight { regular, semibold };
QFont themeFont(FontRole role, double pixels, FontWeight weight = FontWeight::regular);

/// Sizes of the design, in px.
inline constexpr double kAxisPixels = 11;
inline constexpr double kSecondaryPixels = 12;
inline constexpr double kTablePixels = 12.5;
inline constexpr double kBodyPixels = 13;
inline constexpr double kCardTitlePixels = 13.5;
inline constexpr double kFindingPixels = 18;

/// Spacing of the design, in px.
inline constexpr int kPageMargin = 12;
inline constexpr int kCardGap = 10;

}  // namespace mantissa::ui
