namespace Parley.Management;

/// <summary>What a status of success says in the document.</summary>
internal static class ApiWords
{
    public static string Of(int status) =>
        status switch
        {
            202 => "Begun; the end comes later.",
            204 => "Done.",
            _ => "The result.",
        };
}
