namespace Parley.Server.Commands;

/// <summary>The exit codes of all commands; from 64 on they are those of sysexits.h.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The command ran, and its answer is no: nothing was found, a check found something, a replay differs.</summary>
    public const int No = 1;

    /// <summary>The command line is wrong (EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>A file is not what it should be (EX_DATAERR).</summary>
    public const int BadData = 65;

    /// <summary>A file cannot be read (EX_NOINPUT).</summary>
    public const int NoInput = 66;

    /// <summary>The server or the database cannot be reached (EX_UNAVAILABLE).</summary>
    public const int Unavailable = 69;

    /// <summary>The server failed at it (EX_SOFTWARE).</summary>
    public const int Failed = 70;

    /// <summary>A file cannot be written (EX_CANTCREAT).</summary>
    public const int CannotWrite = 73;

    /// <summary>The server refuses for now: too many requests (EX_TEMPFAIL).</summary>
    public const int TryLater = 75;

    /// <summary>What answers is no Parley, or one without this (EX_PROTOCOL).</summary>
    public const int Protocol = 76;

    /// <summary>The token is missing, wrong, or may only read (EX_NOPERM).</summary>
    public const int NotAllowed = 77;

    /// <summary>The settings are wrong (EX_CONFIG).</summary>
    public const int BadConfiguration = 78;

    /// <summary>Each code and what it means, for help and manual.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Done, "done"),
        (No, "the answer is no: nothing found, a check found something, a replay differs"),
        (Usage, "the command line is wrong"),
        (BadData, "a file is not what it should be"),
        (NoInput, "a file cannot be read"),
        (Unavailable, "the server or the database cannot be reached"),
        (Failed, "the server failed at it"),
        (CannotWrite, "a file cannot be written"),
        (TryLater, "the server refuses for now"),
        (Protocol, "what answers is no Parley, or one without this"),
        (NotAllowed, "the token is missing, wrong, or may only read"),
        (BadConfiguration, "the settings are wrong"),
    ];
}
