#include <cmath>

#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

constexpr double kMiddle = 256;
const QColor kCoat(158, 128, 98), kStripe(70, 52, 40), kCream(236, 224, 206), kPink(206, 132, 124);

/// Fur grows away from the nose.
double awayFromNose(QPointF point) { return std::atan2(point.y() - 262, point.x() - kMiddle) * 180 / M_PI; }

double downwards(QPointF point) { return 90 + (kMiddle - point.x()) * 0.12; }

/// Paints a shape and its mirror image.
void bothSides(Canvas& canvas, const QPainterPath& path, const QBrush& brush) {
    fill(canvas, path, brush);
    canvas.painter.save();
    canvas.painter.translate(2 * kMiddle, 0);
    canvas.painter.scale(-1, 1);
    fill(canvas, path, brush);
    canvas.painter.restore();
}

void room(Canvas& canvas) {
    fill(canvas, everywhere(), linear({0, 0}, {kSide, 300}, {{0, QColor(196, 190, 184)}, {1, QColor(134, 134, 140)}}));
    fill(canvas, rounded({330, -20, 160, 250}, 6), QColor(222, 226, 228));
    fill(canvas, rounded({-30, 300, 590, 240}, 40),
         linear({0, 300}, {0, 512}, {{0, QColor(120, 108, 104)}, {1, QColor(84, 76, 76)}}));
    blurAll(canvas, 22);
}

void body(Canvas& canvas) {
    const QPainterPath shape =
        smooth({{112, 560}, {112, 460}, {146, 372}, {196, 322}, {316, 322}, {366, 372}, {400, 460}, {400, 560}});
    fill(canvas, shape,
         linear({100, 0}, {410, 0},
                {{0, lighter(kCoat, -0.5)},
                 {0.3, lighter(kCoat, -0.1)},
                 {0.7, lighter(kCoat, -0.05)},
                 {1, lighter(kCoat, -0.5)}}));
    for (int band = 0; band < 4; ++band) {
        const double y = 380 + band * 40;
        const QPainterPath stripe = smooth({{100, y + 34}, {150, y + 4}, {196, y}, {190, y + 13}, {148, y + 22}});
        for (const auto& path : {stripe, mirrored(stripe, kMiddle)})
            softFill(canvas, path, withAlpha(kStripe, 0.85), {.radius = 4, .inside = &shape});
    }
    softFill(canvas, smooth({{204, 330}, {308, 330}, {318, 420}, {290, 530}, {222, 530}, {194, 420}}), kCream,
             {.radius = 14, .inside = &shape});
    strokes(canvas, shape, {.count = 2600, .length = 22, .width = 1.6, .contrast = 0.16, .angle = downwards});
    softFill(canvas, ellipse({kMiddle, 338}, 120, 26), withAlpha(QColor(40, 28, 20), 0.6),
             {.radius = 16, .inside = &shape});
}

QPainterPath ear() {
    QPainterPath path({138, 214});
    path.quadTo({118, 120}, {136, 48});
    path.quadTo({206, 78}, {242, 134});
    path.closeSubpath();
    return path;
}

void head(Canvas& canvas) {
    bothSides(canvas, ear(), linear({120, 60}, {220, 200}, {{0, lighter(kCoat, -0.35)}, {1, kCoat}}));
    QPainterPath inner({150, 190});
    inner.quadTo({136, 120}, {145, 78});
    inner.quadTo({190, 102}, {212, 140});
    inner.closeSubpath();
    bothSides(canvas, inner, linear({145, 80}, {190, 190}, {{0, lighter(kPink, 0.1)}, {1, lighter(kPink, -0.35)}}));
    const QPainterPath shape = smooth({{256, 112},
                                       {316, 118},
                                       {368, 158},
                                       {394, 218},
                                       {386, 270},
                                       {350, 312},
                                       {306, 336},
                                       {256, 344},
                                       {206, 336},
                                       {162, 312},
                                       {126, 270},
                                       {118, 218},
                                       {144, 158},
                                       {196, 118}});
    fill(canvas, shape, radial({240, 200}, 190, {{0, lighter(kCoat, 0.16)}, {0.6, kCoat}, {1, lighter(kCoat, -0.4)}}));
    const Soft soft{.radius = 10, .inside = &shape};
    // Light around the eyes and on the muzzle, as tabbies have it.
    for (const double x : {206.0, 306.0}) softFill(canvas, ellipse({x, 226}, 40, 36), withAlpha(kCream, 0.75), soft);
    softFill(canvas, smooth({{256, 232}, {300, 278}, {316, 306}, {290, 340}, {222, 340}, {196, 306}, {212, 278}}),
             withAlpha(kCream, 0.95), soft);
    const QPainterPath marks[] = {smooth({{250, 112}, {256, 150}, {252, 186}, {246, 150}, {242, 114}}),
                                  smooth({{222, 114}, {232, 150}, {226, 188}, {216, 152}, {210, 120}}),
                                  smooth({{192, 122}, {206, 156}, {196, 186}, {186, 160}, {178, 132}}),
                                  smooth({{122, 226}, {150, 236}, {176, 252}, {150, 248}, {120, 242}}),
                                  smooth({{124, 258}, {152, 264}, {184, 284}, {154, 280}, {130, 276}}),
                                  smooth({{142, 290}, {166, 296}, {192, 312}, {168, 312}, {150, 304}})};
    for (const auto& mark : marks) {
        softFill(canvas, mark, withAlpha(kStripe, 0.9), {.radius = 3, .inside = &shape});
        softFill(canvas, mirrored(mark, kMiddle), withAlpha(kStripe, 0.9), {.radius = 3, .inside = &shape});
    }
    strokes(canvas, shape, {.count = 3800, .length = 15, .width = 1.3, .contrast = 0.15, .angle = awayFromNose});
    for (const auto& path : {ear(), mirrored(ear(), kMiddle)})
        strokes(canvas, path,
                {.count = 260, .length = 16, .width = 1.2, .contrast = 0.18, .angle = [](QPointF) { return -90.0; }});
}

void eye(Canvas& canvas, QPointF centre) {
    const QPainterPath almond = smooth({centre + QPointF(-32, 4), centre + QPointF(-14, -20), centre + QPointF(14, -20),
                                        centre + QPointF(32, 2), centre + QPointF(14, 19), centre + QPointF(-14, 19)});
    softFill(canvas, almond, QColor(30, 22, 18), {.radius = 4});
    fill(canvas, almond, QColor(26, 20, 18));
    const QPainterPath ball = ellipse(centre, 23, 19);
    fill(canvas, ball,
         radial(centre, 24, {{0, QColor(226, 214, 110)}, {0.55, QColor(150, 172, 72)}, {1, QColor(70, 92, 38)}}));
    fill(canvas, ellipse(centre, 8, 18), QColor(12, 10, 10));
    fill(canvas, ellipse(centre + QPointF(-7, -8), 5, 5), QColor(255, 255, 255));
    fill(canvas, ellipse(centre + QPointF(8, 8), 2.6, 2.6), withAlpha(Qt::white, 0.6));
}

void face(Canvas& canvas) {
    eye(canvas, {204, 222});
    eye(canvas, {308, 222});
    const QPainterPath nose = smooth({{256, 290}, {240, 276}, {236, 266}, {256, 262}, {276, 266}, {272, 276}});
    fill(canvas, nose, linear({0, 262}, {0, 290}, {{0, lighter(kPink, 0.05)}, {1, lighter(kPink, -0.35)}}));
    const QPen line(QColor(72, 46, 40), 2.6, Qt::SolidLine, Qt::RoundCap);
    canvas.painter.strokePath(curve({{256, 290}, {256, 302}}), line);
    canvas.painter.strokePath(curve({{256, 302}, {242, 314}, {222, 312}, {212, 304}}), line);
    canvas.painter.strokePath(curve({{256, 302}, {270, 314}, {290, 312}, {300, 304}}), line);
    for (int row = 0; row < 3; ++row)
        for (const double side : {-1.0, 1.0}) {
            const double y = 290 + row * 9;
            for (int dot = 0; dot < 3; ++dot)
                fill(canvas, ellipse({kMiddle + side * (30 + dot * 10), y - 3}, 1.6, 1.6), withAlpha(kStripe, 0.7));
            QPainterPath whisker({kMiddle + side * 40, y});
            whisker.quadTo({kMiddle + side * 110, y - 20 + row * 10}, {kMiddle + side * 190, y - 22 + row * 30});
            canvas.painter.strokePath(whisker, QPen(withAlpha(Qt::white, 0.8), 1.3, Qt::SolidLine, Qt::RoundCap));
        }
}

}  // namespace

QImage drawCat() {
    Canvas canvas(15);
    room(canvas);
    body(canvas);
    head(canvas);
    face(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples
