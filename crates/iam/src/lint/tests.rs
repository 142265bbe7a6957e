use super::*;
use crate::read_document;
use palisade_core::FileId;
use palisade_syntax::parse_json;
use proptest::prelude::*;

fn notes(text: &str, kind: Option<PolicyKind>) -> Vec<Note> {
    let document = parse_json(FileId::default(), text).expect(text);
    let (policy, _) = read_document(&document);
    let kind = kind.unwrap_or_else(|| PolicyKind::guess(&policy));
    lint(&policy, kind, Catalogue::builtin())
}

/// The notes about a policy with this statement, each with the text that it points at. The date of
/// the catalogue is `DATE`.
fn check(statement: &str, expected: &[(&str, &str)]) {
    check_as(None, statement, expected);
}

fn check_as(kind: Option<PolicyKind>, statement: &str, expected: &[(&str, &str)]) {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {{{statement}}}}}"#);
    let found: Vec<(String, String)> = notes(&text, kind)
        .into_iter()
        .map(|note| {
            let help = note.help.map(|h| format!("; {h}")).unwrap_or_default();
            let message = format!("{}{help}", note.message);
            let message = message.replace(Catalogue::builtin().date(), "DATE");
            (message, text[note.span.range()].to_owned())
        })
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(m, at)| (&**m, &**at)).collect();
    assert_eq!(found, expected, "{statement}");
}

/// A statement that allows these actions on everything.
fn on_all(actions: &str, more: &str) -> String {
    format!(r#""Effect": "Allow", "Action": {actions}, "Resource": "*"{more}"#)
}

/// A statement that allows these actions on these resources.
fn on(actions: &str, resources: &str) -> String {
    format!(r#""Effect": "Deny", "Action": {actions}, "Resource": {resources}"#)
}

/// A statement that reads objects under a condition.
fn when(condition: &str) -> String {
    on_all(
        r#""s3:GetObject""#,
        &format!(r#", "Condition": {condition}"#),
    )
}

#[test]
fn actions_that_do_not_exist() {
    let check = |actions: &str, expected: &[(&str, &str)]| check(&on_all(actions, ""), expected);
    check(
        r#"["S3:getobject", "s3:Get*", "*"]"#,
        &[
            (
                "`S3:getobject` is covered by `s3:Get*`; without it the statement names the same actions",
                r#""S3:getobject""#,
            ),
            (
                "`s3:Get*` is covered by `*`; without it the statement names the same actions",
                r#""s3:Get*""#,
            ),
        ],
    );
    check(
        r#"["s3:GetObjcet", "s4:GetObject", "s3:Gett*", "zz*:x", "nothing-like-it:x"]"#,
        &[
            (
                "the catalogue of DATE has no action `s3:GetObjcet`; did you mean `s3:GetObject`?",
                r#""s3:GetObjcet""#,
            ),
            (
                "the catalogue of DATE has no service `s4`; did you mean `s3:GetObject`?",
                r#""s4:GetObject""#,
            ),
            (
                "`s3:Gett*` matches no action of the catalogue of DATE",
                r#""s3:Gett*""#,
            ),
            (
                "`zz*:x` matches no action of the catalogue of DATE",
                r#""zz*:x""#,
            ),
            (
                "the catalogue of DATE has no service `nothing-like-it`",
                r#""nothing-like-it:x""#,
            ),
        ],
    );
    check(
        r#"["s3:PutObject", "S3:PutObject", "sqs:*", "sqs:*", "sqs:Send?essage"]"#,
        &[
            (
                "`S3:PutObject` stands here twice; without it the statement names the same actions",
                r#""S3:PutObject""#,
            ),
            (
                "`sqs:*` is covered by `sqs:*`; without it the statement names the same actions",
                r#""sqs:*""#,
            ),
            (
                "`sqs:Send?essage` is covered by `sqs:*`; without it the statement names the same actions",
                r#""sqs:Send?essage""#,
            ),
        ],
    );
    check(r#"["s3:Get?bject*", "s3:Get*Object"]"#, &[]);
}

#[test]
fn what_is_excepted_may_be_anything_that_exists() {
    let not = |more: &str| {
        format!(r#""Effect": "Deny", "NotAction": ["iam:*", "sts:GetCallerIdentity"], {more}"#)
    };
    check(
        &not(
            r#""Resource": "arn:aws:s3:::b/k", "Condition": {"StringEquals": {"s3:prefix": "x"}}"#,
        ),
        &[],
    );
    check(
        r#""Effect": "Deny", "NotAction": "iamm:*", "Resource": "*""#,
        &[(
            "the catalogue of DATE has no service `iamm`; did you mean `iam:*`?",
            r#""iamm:*""#,
        )],
    );
}

#[test]
fn resources_that_no_action_takes() {
    check(
        &on(
            r#"["s3:GetObject", "s3:ListBucket"]"#,
            r#"["arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:sqs:*:*:q"]"#,
        ),
        &[(
            "no action of the statement takes `arn:aws:sqs:*:*:q`",
            r#""arn:aws:sqs:*:*:q""#,
        )],
    );
    check(
        &on(r#"["s3:ListBucket"]"#, r#""arn:aws:s3:::b/*""#),
        &[(
            "`s3:ListBucket` takes none of the statement's resources; it takes such as `arn:${Partition}:s3:::${BucketName}`",
            r#""s3:ListBucket""#,
        )],
    );
    check(
        &on(
            r#"["lambda:ListFunctions", "lambda:InvokeFunction"]"#,
            r#""arn:aws:lambda:eu-west-1:111122223333:function:f""#,
        ),
        &[(
            "`lambda:ListFunctions` can't be limited to a resource; give it a statement of its own, with `\"Resource\": \"*\"`",
            r#""lambda:ListFunctions""#,
        )],
    );
    check(
        &on(
            r#""s3:GetObject""#,
            r#"["my-bucket/*", "arn:aws:sqs:*:*:q"]"#,
        ),
        &[(
            "`my-bucket/*` matches no ARN; write an ARN, or `*`",
            r#""my-bucket/*""#,
        )],
    );
    for (actions, resources) in [
        (r#""s3:GetObject""#, r#"["*", "arn:aws:sqs:*:*:q"]"#),
        (
            r#""s3:*""#,
            r#""arn:aws:s3:::${aws:PrincipalTag/team}-b/*""#,
        ),
        (r#""s3:ListAllMyBuckets""#, r#""arn:aws:s3:::*""#),
        (r#""iam:ListRoles""#, r#""arn:aws:iam::*:role/*""#),
        (
            r#""logs:DescribeLogGroups""#,
            r#""arn:aws:logs:*:*:log-group::log-stream:*""#,
        ),
        (
            r#""logs:PutLogEvents""#,
            r#""arn:aws:logs:*:*:log-group:/aws/lambda/f:*""#,
        ),
        (
            r#""dynamodb:Query""#,
            r#"["arn:aws:dynamodb:*:*:table/t", "arn:*:dynamodb:*:*:table/t/index/*"]"#,
        ),
        (
            r#""codestar-connections:UseConnection""#,
            r#""arn:aws:codeconnections:*:*:connection/*""#,
        ),
        (
            r#""execute-api:Invoke""#,
            r#""arn:aws:execute-api:eu-west-1:111122223333:a1/*/GET/x""#,
        ),
        (r#"["no-such:Thing"]"#, r#""arn:aws:no-such:::x""#),
        (r#""execute-api:Invoke""#, r#""execute-api:/*""#),
    ] {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{{}}}}}"#,
            on(actions, resources)
        );
        let about_resources = |n: &Note| !n.message.contains("catalogue");
        let found: Vec<Note> = notes(&text, None)
            .into_iter()
            .filter(about_resources)
            .collect();
        assert_eq!(found, [], "{text}");
    }
}

#[test]
fn keys_and_operators() {
    check(
        &when(
            r#"{"StringEquals": {"s3:prefx": "a", "aws:SuorceIp": "b", "s3:ExistingObjectTag/team": "c", "secretsmanager:ResourceTag/x": "d", "other:key": "e"}}"#,
        ),
        &[
            (
                "the catalogue of DATE has no condition key `s3:prefx`; did you mean `s3:prefix`?",
                r#""s3:prefx""#,
            ),
            (
                "the catalogue of DATE has no condition key `aws:SuorceIp`; did you mean `aws:SourceIp`?",
                r#""aws:SuorceIp""#,
            ),
        ],
    );
    check(
        &when(
            r#"{"StringLike": {"aws:SourceIp": "10.*"}, "StringEquals": {"aws:SecureTransport": "true", "aws:SourceArn": "x"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}"#,
        ),
        &[
            (
                "`aws:SourceIp` is an address, and `StringLike` is not for those; use an operator such as `IpAddress`",
                r#""aws:SourceIp""#,
            ),
            (
                "`aws:SecureTransport` is a truth value, and `StringEquals` is not for those; use an operator such as `Bool`",
                r#""aws:SecureTransport""#,
            ),
        ],
    );
    check(
        &when(
            r#"{"StringEquals": {"s3:prefix": "a"}, "StringNotEquals": {"s3:delimiter": "/"}, "Null": {"s3:max-keys": "true"}}"#,
        ),
        &[
            (
                "no action of the statement has the key `s3:prefix`; so the statement never matches",
                r#""s3:prefix""#,
            ),
            (
                "no action of the statement has the key `s3:delimiter`; so the test always holds",
                r#""s3:delimiter""#,
            ),
        ],
    );
    check(
        &when(
            r#"{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1", "aws:TagKeys": ["a"]}}"#,
        ),
        &[(
            "`ForAllValues:StringEquals` also holds when `aws:PrincipalOrgID` is absent; `aws:PrincipalOrgID` has one value: use `StringEquals`",
            r#""aws:PrincipalOrgID""#,
        )],
    );
}

#[test]
fn tests_that_contradict_each_other() {
    let never = |condition: &str, at: &str| {
        let key = at.trim_matches('"');
        let message =
            format!("no value of `{key}` passes all of its tests; so the statement never matches");
        check(&when(condition), &[(&message, at)]);
    };
    let vpc = r#""aws:SourceVpc""#;
    never(
        r#"{"StringEquals": {"aws:SourceVpc": ["a", "b"]}, "StringNotLike": {"aws:SourceVpc": "?"}}"#,
        vpc,
    );
    never(
        r#"{"StringEquals": {"aws:SourceVpc": "a"}, "Null": {"aws:SourceVpc": "true"}}"#,
        vpc,
    );
    never(
        r#"{"StringLike": {"aws:SourceVpc": "a"}, "StringEqualsIgnoreCase": {"aws:SourceVpc": "b"}}"#,
        vpc,
    );
    never(
        r#"{"Bool": {"aws:SecureTransport": "true"}, "Null": {"aws:SecureTransport": "true"}}"#,
        r#""aws:SecureTransport""#,
    );
    for holds in [
        r#"{"StringEquals": {"aws:SourceVpc": ["a", "b"]}, "StringNotEquals": {"aws:SourceVpc": "a"}}"#,
        r#"{"StringEqualsIfExists": {"aws:SourceVpc": "a"}, "Null": {"aws:SourceVpc": "true"}}"#,
        r#"{"StringEquals": {"aws:SourceVpc": "${aws:username}"}, "StringNotEquals": {"aws:SourceVpc": "a"}}"#,
        r#"{"StringLike": {"aws:SourceVpc": "a*"}, "StringNotEquals": {"aws:SourceVpc": "a"}}"#,
        r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}}"#,
    ] {
        check(&when(holds), &[]);
    }
}

#[test]
fn elements_that_are_missing_or_out_of_place() {
    let identity = Some(PolicyKind::Identity);
    let resource = Some(PolicyKind::Resource);
    let trust = Some(PolicyKind::Trust);
    let rcp = Some(PolicyKind::ResourceControl);
    let bare = r#""Effect": "Allow", "Action": "s3:GetObject""#;
    let whole = format!("{{{bare}}}");
    check_as(
        identity,
        bare,
        &[("the statement has no `Resource`", &whole)],
    );
    check_as(
        resource,
        bare,
        &[("the statement has no `Principal`", &whole)],
    );
    check_as(
        identity,
        &on_all(r#""s3:GetObject""#, r#", "Principal": "*""#),
        &[(
            "this kind of policy names no principals; it is about whoever has it; remove the element",
            r#""Principal""#,
        )],
    );
    check_as(
        trust,
        r#""Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Principal": {"AWS": ["arn:aws:iam::111122223333:role/*", "111122223333"]}"#,
        &[
            ("a trust policy names no resources", r#""Resource""#),
            (
                "`arn:aws:iam::111122223333:role/*` holds a wildcard, which no principal may; name everybody as `*`, and compare `aws:PrincipalArn` in a condition",
                r#""arn:aws:iam::111122223333:role/*""#,
            ),
        ],
    );
    check_as(
        resource,
        &on_all(
            r#""s3:GetObject""#,
            r#", "NotPrincipal": {"AWS": "111122223333"}"#,
        ),
        &[(
            "this allows everybody else, even without an account; name who is allowed in `Principal`",
            r#""NotPrincipal""#,
        )],
    );
    let allow = on_all(r#""s3:GetObject""#, r#", "Principal": "*""#);
    check_as(
        rcp,
        &allow,
        &[(
            "a resource control policy only denies",
            &format!("{{{allow}}}"),
        )],
    );
    check_as(rcp, &on_all(r#""*""#, r#", "Principal": "*""#), &[]);
    check_as(resource, &allow, &[]);
}

#[test]
fn kinds_are_guessed() {
    let guess = |statement: &str| {
        let text = format!(r#"{{"Statement": {{"Effect": "Allow", {statement}}}}}"#);
        let document = parse_json(FileId::default(), &text).expect("JSON");
        PolicyKind::guess(&read_document(&document).0)
    };
    assert_eq!(
        guess(r#""Action": "s3:*", "Resource": "*""#),
        PolicyKind::Identity
    );
    assert_eq!(
        guess(r#""Action": "s3:*", "Resource": "*", "Principal": "*""#),
        PolicyKind::Resource
    );
    assert_eq!(
        guess(r#""Action": ["sts:AssumeRole"], "Principal": {"Service": "lambda.amazonaws.com"}"#),
        PolicyKind::Trust
    );
    assert_eq!(
        guess(r#""Action": ["ecr:*"], "Principal": "*""#),
        PolicyKind::Resource
    );
}

#[test]
fn variables_need_the_newer_version() {
    let text = r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}",
        "Condition": {"StringEquals": {"aws:PrincipalTag/a": ["${x}", "$"]}}}}"#;
    let messages: Vec<String> = notes(text, None).into_iter().map(|n| n.message).collect();
    assert_eq!(
        messages,
        [
            "`arn:aws:s3:::b/${aws:username}` is compared as it stands, without variables",
            "`${x}` is compared as it stands, without variables",
        ]
    );
    assert_eq!(
        notes(
            &text.replacen('{', r#"{"Version": "2012-10-17", "#, 1),
            None
        ),
        []
    );
}

#[test]
fn what_is_not_known_yet_is_not_judged() {
    let (symbol, hole) = ('\u{F0000}', '\u{F8000}');
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [
            {{"Effect": "Allow", "Action": ["s3:{hole}", "{symbol}"], "Resource": "{symbol}"}},
            {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["{hole}", "arn:aws:sqs:{symbol}"]}},
            {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": "{hole}"}},
            {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition":
                {{"StringEquals": {{"aws:SourceVpc": "{symbol}"}}, "StringNotEquals": {{"aws:SourceVpc": "{symbol}"}}}}}}]}}"#
    );
    let document = parse_json(FileId::default(), &text).expect("JSON");
    let (policy, _) = crate::read_symbolic(&document.root);
    assert_eq!(
        lint(&policy, PolicyKind::Identity, Catalogue::builtin()),
        []
    );
}

/// The policies of AWS are the yardstick against noise: few of them get any note, most notes are
/// about services that are gone, and none is an error.
#[test]
fn managed_policies_are_almost_silent() {
    let catalogue = Catalogue::builtin();
    let (mut all, mut noted) = (0, 0);
    for managed in catalogue.managed_policies() {
        let text = catalogue.managed_policy(&managed.name).expect("a document");
        let notes = notes(text, None);
        all += 1;
        noted += usize::from(!notes.is_empty());
        let errors: Vec<&Note> = notes
            .iter()
            .filter(|n| n.level == crate::NoteLevel::Error)
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", managed.name);
    }
    assert!(noted * 8 < all, "{noted} of {all}");
}

proptest! {
    #[test]
    fn fitting_an_arn_follows_matching(pattern in "[a:*?]{0,9}", shape in "([a*]{0,2}:){5}[a:*]{0,3}", text in "(a{0,2}:){5}[a:]{0,3}") {
        let (of_pattern, of_shape) = (crate::Pattern::wildcard(&pattern), crate::Pattern::wildcard(&shape));
        let both = of_pattern.matches(&text).and(of_shape.matches_arn(&text));
        if both == crate::Truth::Yes {
            prop_assert!(crate::pattern::ArnShape::new(&of_shape).fits(&of_pattern));
        }
    }

    #[test]
    fn what_fits_an_arn_has_an_arn(pattern in "[a:*]{3,9}", shape in "([a*]{0,1}:){5}[a*]{0,2}") {
        let (of_pattern, of_shape) = (crate::Pattern::wildcard(&pattern), crate::Pattern::wildcard(&shape));
        // Every text of two letters as long as both may need.
        let texts = (0..1u32 << 10).flat_map(|bits| (5..=10).map(move |length| {
            (0..length).map(|at| if bits >> at & 1 == 1 { ':' } else { 'a' }).collect::<String>()
        }));
        let short = pattern.len() + shape.len() <= 12;
        if short && crate::pattern::ArnShape::new(&of_shape).fits(&of_pattern) {
            let fits = |text: &String| of_pattern.matches(text).and(of_shape.matches_arn(text)) == crate::Truth::Yes;
            prop_assert!(texts.into_iter().any(|text| fits(&text)), "{pattern} {shape}");
        }
    }

    #[test]
    fn nothing_breaks_the_linter(action in r#"[a-zA-Z0-9:*?-]{0,20}"#, resource in r#"[a-z:*?$\{\}/]{0,40}"#, key in "(aws|s3|x):[a-zA-Z/]{0,10}") {
        let text = format!(r#"{{"Statement": {{"Effect": "Allow", "Action": ["{action}", "s3:Get*"], "Resource": "{resource}", "Condition": {{"StringLike": {{"{key}": "{resource}"}}}}}}}}"#);
        for note in notes(&text, None) {
            prop_assert!(note.span.range().end <= text.len());
        }
    }
}
