package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Dates.Date;
import dev.tenon.designer.json.JsonNull;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// The methods of dates, and `Date` itself.
final class DateMethods {
    static final Map<String, Callable> METHODS = methods();

    private DateMethods() {}

    private static Map<String, Callable> methods() {
        Map<String, Callable> all = new HashMap<>();
        for (int i = 0; i < 7; i++) {
            int part = i;
            add(all, "get" + name(i), date -> part(date, part, date.zone()));
            add(all, "getUTC" + name(i), date -> part(date, part, ZoneOffset.UTC));
            all.put("set" + name(i), Arguments.callable(a -> set(a, part, self(a).zone())));
            all.put("setUTC" + name(i), Arguments.callable(a -> set(a, part, ZoneOffset.UTC)));
        }
        add(all, "getTime", Date::time);
        add(all, "valueOf", Date::time);
        add(all, "getDay", date -> weekday(date, date.zone()));
        add(all, "getUTCDay", date -> weekday(date, ZoneOffset.UTC));
        add(
                all,
                "getTimezoneOffset",
                date -> date.isValid() ? Dates.offset(date, date.zone()) : Double.NaN);
        add(
                all,
                "toISOString",
                date -> {
                    if (!date.isValid()) {
                        throw Halt.mistake("toISOString: the date is not valid");
                    }
                    return Dates.iso(date);
                });
        add(all, "toJSON", date -> date.isValid() ? Dates.iso(date) : JsonNull.NULL);
        add(all, "toString", Dates::text);
        text(all, "toDateString", date -> Dates.date(date, date.zone()));
        text(all, "toTimeString", date -> Dates.time(date, date.zone()));
        for (String name : List.of("String", "DateString", "TimeString")) {
            all.put("toLocale" + name, Arguments.callable(a -> local(a, name)));
        }
        all.put(
                "setTime",
                Arguments.callable(a -> {
                    self(a).set(a.number(0));
                    return self(a).time();
                }));
        return Map.copyOf(all);
    }

    /// The name of a part, as [Dates#time] counts them.
    private static String name(int part) {
        return switch (part) {
            case 0 -> "FullYear";
            case 1 -> "Month";
            case 2 -> "Date";
            case 3 -> "Hours";
            case 4 -> "Minutes";
            case 5 -> "Seconds";
            default -> "Milliseconds";
        };
    }

    private static void add(Map<String, Callable> all, String name, Function<Date, Object> method) {
        all.put(
                name,
                Arguments.callable(a -> {
                    Object value = method.apply(self(a));
                    if (!(value instanceof String text)) {
                        return value;
                    }
                    a.meter().steps(50); // to write a date is work
                    return a.made(text);
                }));
    }

    private static void text(
            Map<String, Callable> all, String name, Function<Date, Object> method) {
        add(all, name, date -> date.isValid() ? method.apply(date) : "Invalid Date");
    }

    private static Date self(Arguments a) {
        if (a.self() instanceof Date date) {
            return date;
        }
        throw Halt.mistake("this is not a date");
    }

    private static double[] parts(Date date, ZoneId zone) {
        LocalDateTime at = date.in(zone);
        return new double[] {
            at.getYear(),
            at.getMonthValue() - 1,
            at.getDayOfMonth(),
            at.getHour(),
            at.getMinute(),
            at.getSecond(),
            at.getNano() / 1_000_000
        };
    }

    private static Object part(Date date, int part, ZoneId zone) {
        return date.isValid() ? parts(date, zone)[part] : Double.NaN;
    }

    private static Object weekday(Date date, ZoneId zone) {
        return date.isValid() ? date.in(zone).getDayOfWeek().getValue() % 7 + 0.0 : Double.NaN;
    }

    /// Sets a part and those after it, as far as there are arguments: `setHours(0, 0, 0, 0)`.
    private static Object set(Arguments a, int part, ZoneId zone) {
        Date date = self(a);
        double[] parts =
                date.isValid()
                        ? parts(date, zone)
                        : part == 0 ? new double[] {1970, 0, 1, 0, 0, 0, 0} : new double[] {};
        if (parts.length == 0) {
            return Double.NaN;
        }
        int end = part < 3 ? 3 : 7;
        parts[part] = a.number(0);
        for (int i = 1; i < a.all().size() && part + i < end; i++) {
            parts[part + i] = a.number(i);
        }
        date.set(Dates.time(parts, zone));
        return date.time();
    }

    private static Object local(Arguments a, String name) {
        if (!a.all().isEmpty()) {
            throw Halt.mistake(
                    "toLocale" + name + ": locales are not known; it must be given nothing");
        }
        Date date = self(a);
        if (!date.isValid()) {
            return "Invalid Date";
        }
        LocalDateTime at = date.in(date.zone());
        String day = at.getMonthValue() + "/" + at.getDayOfMonth() + "/" + at.getYear();
        int hour = at.getHour() % 12 == 0 ? 12 : at.getHour() % 12;
        String time =
                String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d %s",
                        hour,
                        at.getMinute(),
                        at.getSecond(),
                        at.getHour() < 12 ? "AM" : "PM");
        return a.made(
                switch (name) {
                    case "DateString" -> day;
                    case "TimeString" -> time;
                    default -> day + ", " + time;
                });
    }

    // ---- Date

    /// Returns the functions that `Date` holds.
    static Map<String, Object> statics() {
        return Map.of(
                "now",
                Arguments.callable(a -> (double) a.evaluator().clock().millis()),
                "parse",
                Arguments.callable(a -> Dates.parse(a.text(0), zone(a))),
                "UTC",
                Arguments.callable(a -> time(a, ZoneOffset.UTC)));
    }

    private static ZoneId zone(Arguments a) {
        return a.evaluator().clock().getZone();
    }

    /// Returns what `new Date(...)` makes: of nothing the time that it is, of one value a time, a
    /// date or a text, of more the parts.
    static Date make(Arguments a) {
        a.meter().bytes(40);
        a.meter().steps(20); // to read or put together a date is work
        return new Date(
                switch (a.all().size()) {
                    case 0 -> a.evaluator().clock().millis();
                    case 1 ->
                            switch (a.get(0)) {
                                case Date date -> date.time();
                                case String text -> Dates.parse(text, zone(a));
                                default -> a.number(0);
                            };
                    default -> time(a, zone(a));
                },
                zone(a));
    }

    private static double time(Arguments a, ZoneId zone) {
        double[] parts = {Double.NaN, 0, 1, 0, 0, 0, 0};
        for (int i = 0; i < Math.min(7, a.all().size()); i++) {
            parts[i] = a.number(i);
        }
        boolean isShort = parts[0] >= 0 && parts[0] < 100;
        parts[0] += isShort ? 1900 : 0;
        return Dates.time(parts, zone);
    }
}
