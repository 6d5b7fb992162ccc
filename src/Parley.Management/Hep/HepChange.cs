namespace Parley.Management;

/// <summary>The changes of HEP at run time, for the MI command and the API alike.</summary>
internal static class HepChange
{
    private const int LongestText = 1_024;

    public static string NameOf(HepMode mode) =>
        mode switch
        {
            HepMode.All => "all",
            HepMode.Selected => "selected",
            _ => "off",
        };

    /// <summary>Null, or why it cannot be.</summary>
    public static string? Mode(HepService hep, string name)
    {
        HepMode? mode = name.ToUpperInvariant() switch
        {
            "OFF" => HepMode.Off,
            "ALL" => HepMode.All,
            "SELECTED" => HepMode.Selected,
            _ => null,
        };
        if (mode is null)
            return "Bad mode: off, all or selected";
        if (mode != HepMode.Off && !hep.Export.HasTarget)
            return "No target: set Management:Hep:Target";
        hep.Use(mode.Value);
        return null;
    }

    /// <summary>Null, or why it cannot be.</summary>
    public static string? Choose(HepService hep, string action, string? callId, string? user)
    {
        if (action is not ("add" or "remove"))
            return "Bad action: add or remove";
        string text = callId ?? user ?? "";
        if (text.Length is 0 or > LongestText || text.Any(char.IsControl))
            return "Bad call_id or user";
        bool isDone = (action, callId) switch
        {
            ("add", not null) => hep.Export.Choose(selection => selection.WithCallId(text)),
            ("add", null) => hep.Export.Choose(selection => selection.WithUser(text)),
            (_, not null) => hep.Export.Choose(selection => selection.WithoutCallId(text)),
            _ => hep.Export.Choose(selection => selection.WithoutUser(text)),
        };
        return isDone ? null : $"Too many: {HepSelection.Most} are chosen";
    }
}
