using System.Globalization;
using System.Text.Json;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>From the parameters of a request to the arguments of a command.</summary>
internal static class MiBinding
{
    /// <summary>Binds them; what is wrong otherwise, and null when nothing is.</summary>
    public static MiResult? Bind(MiCommand command, JsonElement parameters, bool isQualified, out MiArguments arguments)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        MiResult? error = parameters.ValueKind switch
        {
            // An empty container is the same as none.
            JsonValueKind.Array when parameters.GetArrayLength() > 0 => BindByPosition(command, parameters, values),
            JsonValueKind.Object when parameters.EnumerateObject().Any() => BindByName(command, parameters, values),
            _ => command.ParameterSets.Any(static set => set.Count == 0) ? null : MiErrors.Invalid("Too few or too many parameters"),
        };
        arguments = new MiArguments(values, isQualified);
        return error;
    }

    /// <summary>A JSON number as a whole one of 32 bits: the fraction is dropped, what is beyond becomes the largest or smallest.</summary>
    public static int WholeOf(JsonElement number) =>
        number.TryGetInt32(out int whole) ? whole
        : number.TryGetDouble(out double any) ? (int)Math.Clamp(any, int.MinValue, int.MaxValue)
        : 0;

    private static MiResult? BindByPosition(MiCommand command, JsonElement parameters, Dictionary<string, object> values)
    {
        if (command.NamedOnly)
            return MiErrors.Invalid("Command only supports named parameters");
        int count = parameters.GetArrayLength();
        var sets = command.ParameterSets.Where(set => set.Count == count).ToList();
        if (sets.Count != 1)
            return MiErrors.Invalid(sets.Count == 0 ? "Too few or too many parameters" : "Ambiguous call, use named parameters instead");
        for (int i = 0; i < count; i++)
            if (Add(values, sets[0][i], parameters[i]) is { } error)
                return error;
        return null;
    }

    private static MiResult? BindByName(MiCommand command, JsonElement parameters, Dictionary<string, object> values)
    {
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        int count = 0;
        foreach (JsonProperty parameter in parameters.EnumerateObject())
        {
            given.TryAdd(parameter.Name, parameter.Value);
            count++;
        }

        IReadOnlyList<MiParameter>? set = command.ParameterSets.FirstOrDefault(s =>
            s.Count == count && s.All(parameter => given.ContainsKey(parameter.Name))
        );
        if (set is null)
            return MiErrors.Invalid("Named parameters do not match");
        foreach (MiParameter parameter in set)
            if (Add(values, parameter, given[parameter.Name]) is { } error)
                return error;
        return null;
    }

    private static MiResult? Add(Dictionary<string, object> values, MiParameter parameter, JsonElement given)
    {
        if (parameter.Kind == MiParameterKind.List)
            return AddList(values, parameter, given);
        object? value = parameter.Kind switch
        {
            MiParameterKind.Text => TextOf(given),
            MiParameterKind.Number => NumberOf(given),
            _ => given.GetRawText(),
        };
        if (value is null)
            return MiErrors.Invalid($"Bad type for parameter '{parameter.Name}'");
        values[parameter.Name] = value;
        return null;
    }

    private static MiResult? AddList(Dictionary<string, object> values, MiParameter parameter, JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Array)
            return MiErrors.Invalid($"Bad type for parameter '{parameter.Name}'");
        var list = new List<string>();
        foreach (JsonElement item in given.EnumerateArray())
        {
            if (TextOf(item) is not { } text)
                return MiErrors.Invalid($"Bad type for array item in parameter '{parameter.Name}'");
            list.Add(text);
        }

        if (list.Count == 0)
            return MiErrors.Invalid($"Empty array in parameter '{parameter.Name}'");
        values[parameter.Name] = list;
        return null;
    }

    private static string? TextOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

    private static object? NumberOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => WholeOf(value),
            JsonValueKind.String => int.TryParse(
                value.GetString(),
                NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out int number
            )
                ? number
                : null,
            _ => null,
        };
}
