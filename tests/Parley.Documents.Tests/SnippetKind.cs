namespace Parley.Documents.Tests;

/// <summary>What a block of C# is, by what stands in it.</summary>
public enum SnippetKind
{
    /// <summary>A whole program with an application: compiled as it is, and run in the simulation.</summary>
    Application,

    /// <summary>Another whole program, which begins with its usings: compiled as it is, and run.</summary>
    Program,

    /// <summary>Statements that use what a handler or a start has at hand (builder, app, context, dialog, dialogs): compiled.</summary>
    Fragment,

    /// <summary>Types: compiled with the page's other blocks; their tests ([Fact]) are run.</summary>
    Types,
}
